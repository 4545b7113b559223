-- session.lua - what was typed in a shell and what it printed, as HTML.
--
-- A lesson's blocks are written as cram wants them: "  $ " begins a command, "  > " goes on with it, all else is
-- output, and "[1]" at its end is the exit status. Prompts are set apart: neither the button nor the mouse copies them.
local marks = dofile(pandoc.path.join{pandoc.path.directory(PANDOC_SCRIPT_FILE), "marks.lua"})
local session = {}

function session.escape(text)
    return (text:gsub("[&<>\"]", {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;"}))
end
local escape = session.escape

local function lines_of(text)
    local lines = {}
    for line in (text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line:gsub("^  ", "", 1) end
    return lines
end

-- A command to be filled in by the learner ("...", "(what goes here?)") can't be run as it is.
local function has_gap(command)
    local text = table.concat(command, "\n")
    return text:find("...", 1, true) or text:find("^%(") or text:find("[^$]%([%l ]+%?%)")
end

-- Commands {prompt = "$", line...} and outputs {output = true, line...}. "#" is root's prompt, in the lab.
local function steps_of(lines, lab)
    local steps = {}
    for _, line in ipairs(lines) do
        local sign, rest = line:match("^([$>#]) (.*)$")
        local last = steps[#steps]
        if sign == "$" or (sign == "#" and lab) then steps[#steps + 1] = {prompt = sign, rest}
        elseif sign == ">" and last and last.prompt then last[#last + 1] = rest
        elseif last and last.output then last[#last + 1] = line
        else steps[#steps + 1] = {output = true, line} end
    end
    return steps
end

-- A line is broken at blanks, not after the hyphens of an option; only a word that is too long for a phone may be.
function session.words(text)
    return (text:gsub("[^ ]+", function(word)
        local whole = word:find("-", 1, true) and #word <= 28
        return whole and '<span class="word">' .. escape(word) .. "</span>" or escape(word)
    end))
end

local function command_html(command)
    local html = {}
    for i, line in ipairs(command) do
        local prompt = i == 1 and command.prompt or "&gt;"
        html[i] = '<span class="line"><span class="prompt" aria-hidden="true">' .. prompt .. " </span>"
            .. '<span class="typed">' .. session.words(line) .. "</span>\n</span>"
    end
    return table.concat(html)
end

-- Commands with nothing printed between them: one box, and so one button.
local function typed_html(commands)
    local html = {}
    for i, command in ipairs(commands) do html[i] = command_html(command) end
    return ('<div class="commands%s"><pre><code>%s</code></pre></div>\n')
        :format(commands.gap and " gap" or "", table.concat(html))
end

local function output_line(line)
    local status = line:match("^%[(%d+)%]$")
    if status then return '<span class="status">exit status ' .. status .. "</span>" end
    local html = ""
    for _, part in ipairs(marks.parts(line)) do
        local text = escape(part.text)
        html = html .. (part.varies and text ~= "" and '<span class="varies">' .. text .. "</span>" or text)
    end
    return html
end

local function output_html(output)
    local html = {}
    for i, line in ipairs(output) do html[i] = output_line(line) end
    return '<pre class="output"><samp>' .. table.concat(html, "\n") .. "</samp></pre>\n"
end

-- is_one(TEXT): whether a block without a language is a session all the same.
function session.is_one(text) return text:find("^%$ ") ~= nil end

function session.html(text, lab)
    local html, commands = {}, {}
    local function settle()
        if #commands > 0 then html[#html + 1] = typed_html(commands) end
        commands = {}
    end
    for _, step in ipairs(steps_of(lines_of(text), lab)) do
        local gap = step.prompt and has_gap(step) and true or false
        if step.output or gap ~= commands.gap then settle() end
        commands.gap = gap
        if step.output then html[#html + 1] = output_html(step) else commands[#commands + 1] = step end
    end
    settle()
    return '<div class="session">\n' .. table.concat(html) .. "</div>"
end

session.with_values = marks.with_values
return session
