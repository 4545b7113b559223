-- marks.lua - the marks at the end of a lesson's lines of output, and what the book shows in their place.
--
-- " (glob)" and " (re)" say that cram compares the line by a pattern, for it comes out differently on each machine. A
-- reader wants neither mark nor pattern. Where `lesson run` has told what really came out (scripts/book --run), the
-- line is that; else each wildcard becomes an ellipsis. Both know which part of the line it is that varies.
local marks = {}

local between = "\u{E000}"  -- between what came out and its pattern; no lesson has this letter

-- Pieces of a line: {text = "as it is"} or {any = "Lua pattern of what varies"}.
local function add(pieces, kind, value)
    local last = pieces[#pieces]
    if last and last[kind] then last[kind] = last[kind] .. value else pieces[#pieces + 1] = {[kind] = value} end
end

local function literal(text) return (text:gsub("%W", "%%%0")) end

-- "\*" and "\?" are the letters themselves.
local function glob_pieces(line)
    local pieces = {}
    local i = 1
    while i <= #line do
        local letter = line:sub(i, i)
        if letter == "\\" and line:find("^[*?\\]", i + 1) then
            i = i + 1
            add(pieces, "text", line:sub(i, i))
        elseif letter == "*" then add(pieces, "any", ".-")
        elseif letter == "?" then add(pieces, "any", ".")
        else add(pieces, "text", letter) end
        i = i + 1
    end
    return pieces
end

-- The part of regular expressions that lessons use: letters, sets, "\d", ".", each with a repetition. Else nil.
local function re_pieces(line)
    local pieces = {}
    local i = 1
    while i <= #line do
        local atom, single
        if line:find("^[(){}|^$]", i) then return nil
        elseif line:find("^%[", i) then
            atom = line:match("^%[.[^]]*%]", i)
            if not atom then return nil end
            i = i + #atom
            atom = atom:gsub("\\(%a)", "%%%1")
        elseif line:find("^\\%a", i) then
            atom = "%" .. line:sub(i + 1, i + 1)
            i = i + 2
        elseif line:find("^%.", i) then
            atom = "."
            i = i + 1
        else
            single = line:match("^\\?(" .. utf8.charpattern .. ")", i)
            i = i + #line:match("^\\?" .. utf8.charpattern, i)
            atom = literal(single)
        end
        local often = line:match("^[*+?]", i) or ""
        i = i + #often
        if single and often == "" then add(pieces, "text", single) else add(pieces, "any", atom .. often) end
    end
    return pieces
end

-- A dot between two things that vary varies, too: it is one number.
local function join_numbers(pieces)
    local out = {}
    local i = 1
    while i <= #pieces do
        if pieces[i].text == "." and #out > 0 and out[#out].any and pieces[i + 1] and pieces[i + 1].any then
            out[#out].any = out[#out].any .. "%." .. pieces[i + 1].any
            i = i + 1
        else
            out[#out + 1] = pieces[i]
        end
        i = i + 1
    end
    return out
end

local function pieces_of(pattern, kind)
    local pieces = kind == "glob" and glob_pieces(pattern) or kind == "re" and re_pieces(pattern)
    return join_numbers(pieces or {{any = ".*"}})
end

-- What came out, cut into parts as the pattern says; nil if it isn't what the pattern says.
local function cut(value, pieces)
    local pattern = ""
    for _, piece in ipairs(pieces) do
        pattern = pattern .. (piece.text and literal(piece.text) or "(" .. piece.any .. ")")
    end
    local found = table.pack(value:match("^" .. pattern .. "$"))
    if not found[1] then return nil end
    local parts, next_found = {}, 1
    for _, piece in ipairs(pieces) do
        parts[#parts + 1] = {text = piece.text or found[next_found], varies = not piece.text}
        if piece.any then next_found = next_found + 1 end
    end
    return parts
end

local function split_mark(line)
    for _, kind in ipairs{"glob", "re", "esc", "no-eol"} do
        local mark = " (" .. kind .. ")"
        if line:sub(-#mark) == mark then return line:sub(1, -#mark - 1), kind end
    end
end

-- cram writes letters that aren't ASCII as "\xe2" or "\t", and says so.
local function unescape(line)
    local text, kind = split_mark(line)
    if kind == "no-eol" then return unescape(text) end
    if kind ~= "esc" then return line end
    text = text:gsub("\\x(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end)
    return (text:gsub("\\t", "\t"):gsub("\\\\", "\\"))
end

-- A line of output, as parts: {text = ..., varies = true or false}.
function marks.parts(line)
    local pattern, kind = split_mark(line)
    if not kind then return {{text = line, varies = false}} end
    if kind == "esc" or kind == "no-eol" then return {{text = unescape(line), varies = false}} end
    local value, rest = pattern:match("^(.*)" .. between .. "(.*)$")
    local pieces = pieces_of(rest or pattern, kind)
    if value then return cut(value, pieces) or {{text = value, varies = true}} end
    local parts = {}
    for _, piece in ipairs(pieces) do
        parts[#parts + 1] = {text = piece.text or "…", varies = not piece.text}
    end
    return parts
end

local function lines_of(text)
    local lines = {}
    for line in (text:gsub("\n$", "") .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
    return lines
end

-- The lines that a unified difference replaces, by number; nil where something other came out than a line for a line.
local function replacements(difference)
    local new, number, old, fresh = {}, nil, {}, {}
    local function settle()
        for i, at in ipairs(old) do new[at] = fresh[i] end
        local good = #old == #fresh
        old, fresh = {}, {}
        return good
    end
    for _, line in ipairs(lines_of(difference)) do
        local first = line:match("^@@ %-(%d+)")
        local sign = number and line:sub(1, 1) or ""
        if (first or sign ~= "+" and sign ~= "-") and not settle() then return nil end
        if first then number = tonumber(first)
        elseif sign == "-" then old[#old + 1] = number
        elseif sign == "+" then fresh[#fresh + 1] = line:sub(2) end
        if not first and (sign == "-" or sign == " ") then number = number + 1 end
    end
    return settle() and new or nil
end

-- The directory that cram works in stands for the lesson's workspace: its path becomes that one.
local function with_workspace(value, difference, workspace)
    local scratch, name = difference:match("%-%-%- (%S+)/([^/\n]+)\n")
    if not scratch then return value end
    local below = "/cramtests%-[%w_]+/" .. literal(name)
    for _, place in ipairs{scratch, scratch:match("^(.*)/") or "", ""} do
        value = value:gsub(literal(place) .. below, (workspace:gsub("%%", "%%%%")))
    end
    return value
end

-- with_values(TEXT, DIFFERENCE, WORKSPACE): the lesson's text, in which each line with a mark knows what came out.
-- DIFFERENCE is what `lesson run` says of the text without marks; nil if it tells of anything else.
function marks.with_values(text, difference, workspace)
    local lines, new = lines_of(text), replacements(difference)
    if not new then return nil end
    for number, value in pairs(new) do
        local pattern, kind = split_mark(lines[number] or "")
        if kind ~= "glob" and kind ~= "re" then return nil end
        value = unescape(value)
        if not cut(value, pieces_of(pattern, kind)) then return nil end
        value = with_workspace(value, difference, workspace)
        lines[number] = value .. between .. pattern:gsub("^  ", "") .. " (" .. kind .. ")"
    end
    return table.concat(lines, "\n") .. "\n"
end

return marks
