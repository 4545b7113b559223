-- pages.lua - the ways from one chapter of the book to another: contents, tracks, the lesson before and after.
local session = dofile(pandoc.path.join{pandoc.path.directory(PANDOC_SCRIPT_FILE), "session.lua"})
local escape, stringify = session.escape, pandoc.utils.stringify
local pages = {}

local function link(id, text) return ('<a href="#%s">%s</a>'):format(id, text) end

function pages.name_of(chapter)
    local number = chapter.number and ('<span class="number">%s</span> '):format(chapter.number) or ""
    return number .. escape(chapter.title)
end

-- Rows of a table, as texts.
local function rows_of(block)
    local rows = {}
    for _, row in ipairs(pandoc.utils.to_simple_table(block).rows) do
        local cells = {}
        for i, cell in ipairs(row) do cells[i] = stringify(pandoc.Div(cell)) end
        rows[#rows + 1] = cells
    end
    return rows
end

-- "00 to 03, then 06": 00 01 02 03 06, those that there are.
local function numbers_in(text, lessons)
    local chosen, from, last = {}, nil, nil
    for word in text:gmatch("%w+") do
        local number = word:match("^%d%d$")
        if number then
            for i = from or tonumber(number), tonumber(number) do chosen[("%02d"):format(i)] = true end
        end
        from = word == "to" and last and tonumber(last) or nil
        last = number
    end
    local out = {}
    for _, lesson in ipairs(lessons) do
        if chosen[lesson.number] then out[#out + 1] = lesson end
    end
    return out
end

local function first_table(blocks)
    for _, block in ipairs(blocks) do
        if block.t == "Table" then return rows_of(block) end
    end
    return {}
end

-- The first table of the teacher's page: a track's name, and its lessons.
function pages.tracks(teaching, lessons)
    local items = {}
    for i, row in ipairs(teaching and first_table(teaching.blocks) or {}) do
        local links = {}
        for j, lesson in ipairs(numbers_in(row[2], lessons)) do
            links[j] = link(lesson.id, lesson.number .. '<span class="unseen"> ' .. escape(lesson.title) .. "</span>")
        end
        items[i] = ("<dt>%s</dt><dd>%s</dd>"):format(escape(row[1]), table.concat(links, " "))
    end
    return '<dl class="tracks">\n' .. table.concat(items, "\n") .. "\n</dl>"
end

function pages.lessons(lessons)
    local items = {}
    for i, lesson in ipairs(lessons) do
        items[i] = ("<li>%s%s</li>"):format(link(lesson.id, pages.name_of(lesson)),
            lesson.fields.optional == "true" and " <small>optional</small>" or "")
    end
    return '<ul class="lessons">\n' .. table.concat(items, "\n") .. "\n</ul>"
end

function pages.contents(chapters)
    local items = {}
    for i, chapter in ipairs(chapters) do
        local inner = {}
        for j, section in ipairs(chapter.sections) do
            inner[j] = "<li>" .. link(section.id, escape(section.title)) .. "</li>"
        end
        items[i] = ("<li>%s%s</li>"):format(link(chapter.id, pages.name_of(chapter)),
            #inner > 0 and "<ul>" .. table.concat(inner) .. "</ul>" or "")
    end
    return "<ul>\n" .. table.concat(items, "\n") .. "\n</ul>"
end

function pages.turn(before, after)
    local html = "<span></span>"
    if before then html = ('<a rel="prev" href="#%s">← %s</a>'):format(before.id, pages.name_of(before)) end
    if after then html = html .. ('\n<a rel="next" href="#%s">%s →</a>'):format(after.id, pages.name_of(after)) end
    return '<p class="turn">' .. html .. "</p>"
end

return pages
