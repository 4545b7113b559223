-- book.lua - a reader for pandoc: all lessons, the glossary and the teacher's page become one document.
--
--     pandoc --from lessons/book/book.lua --to html5 --template lessons/book/book.html FILE...
--
-- A FILE NN-title/README.md is a lesson; GLOSSARY.md and TEACHING.md are what their names say; cover.md comes first.
-- Each becomes a chapter: {id, number, title, fields, sections, blocks}. session.lua draws commands, marks.lua what
-- came out, pages.lua the ways from one chapter to another. $BELL_BOOK_VALUES names a directory whose files NN are what
-- `lesson run` said of the lessons without marks.
local own = pandoc.path.directory(PANDOC_SCRIPT_FILE)
local function beside(name) return pandoc.path.join{own, name} end
local session = dofile(beside("session.lua"))
local pages = dofile(beside("pages.lua"))
local escape, stringify = session.escape, pandoc.utils.stringify

local function slurp(path)
    local file = io.open(path, "rb")
    if not file then return nil end
    local text = file:read("a")
    file:close()
    return text
end

local function warn(...) io.stderr:write("book: ", table.concat({...}), "\n") end
local function slug(text) return (text:lower():gsub("[^%w]+", "-"):gsub("^%-+", ""):gsub("%-+$", "")) end
local function raw(html) return pandoc.RawBlock("html", html) end

-- ---- what the files say

local needs_in_words = {
    root = "root", user = "an ordinary user", userns = "user namespaces", cgroup2 = "cgroup version 2",
    lab = "the lab (user-mode-linux)", podman = "podman", net = "ip(8)",
}

-- "---", lines "name: value", "---": a table, and what follows.
local function front_matter(text)
    local fields, head, body = {}, text:match("^%-%-%-\n(.-)\n?%-%-%-\n(.*)$")
    for name, value in (head or ""):gmatch("(%w+):[ \t]*([^\n]*)") do fields[name] = value end
    return fields, body or text
end

-- The line under a lesson's title.
local function facts(fields)
    local teaching, exercises = tonumber(fields.teaching) or 0, tonumber(fields.exercises) or 0
    local parts, words = {}, {}
    if teaching + exercises > 0 then parts[1] = ("%d minutes"):format(teaching + exercises) end
    if exercises > 0 then parts[1] = parts[1] .. (", %d of them for the exercise"):format(exercises) end
    for word in (fields.needs or ""):gmatch("%S+") do words[#words + 1] = needs_in_words[word] or word end
    if #words > 0 then parts[#parts + 1] = "needs " .. table.concat(words, ", ") end
    if fields.optional == "true" then parts[#parts + 1] = "optional" end
    return ('<p class="facts">%s</p>'):format(escape(table.concat(parts, " · ")))
end

-- The text of a lesson, with what came out where `lesson run` told it.
local function told(body, number)
    local directory = os.getenv("BELL_BOOK_VALUES")
    local said = directory and directory ~= "" and slurp(pandoc.path.join{directory, number})
    if not said then return body end
    local state = os.getenv("XDG_STATE_HOME") or (os.getenv("HOME") or "") .. "/.local/state"
    local text = session.with_values(body, said, state .. "/diving-bell/" .. number)
    if not text then warn("lesson ", number, ": not as the lesson says here ('lesson run ", number, "' shows it)") end
    return text or body
end

-- ---- blocks

local function code_block(block)
    local text, language = block.text, block.classes[1] or ""
    if language == "console" then return raw(session.html(text, false)) end
    if session.is_one(text) then return raw(session.html(text, text:find("^%$ lab\n") ~= nil)) end
    return raw(('<pre class="drawing"><code>%s</code></pre>'):format(escape(text)))
end

-- Of HTML only answers are let through: what a lesson brings along must not load anything. The cover's comments name
-- what is to be put in their place.
local function refuse(chapter, what) error(chapter.place .. ": the book doesn't take " .. what) end

local function without_comments(text) return (text:gsub("<!%-%-.-%-%->", ""):gsub("%s+$", "")) end

local function raw_block(block, chapter)
    local part = chapter.parts and chapter.parts[block.text:match("^<!%-%- (%w+) %-%->%s*$")]
    if part then return raw(part) end
    local text = without_comments(block.text)
    local summary = text:match("^<details>%s*<summary>(.*)</summary>$")
    if text == "" then return {} end
    if text == "</details>" then return raw(text) end
    if not summary then refuse(chapter, text) end
    local words = pandoc.utils.blocks_to_inlines(pandoc.read(summary, "gfm").blocks)
    return {raw("<details><summary>"), pandoc.Plain(words), raw("</summary>")}
end

local function raw_inline(each, chapter)
    local text = without_comments(each.text)
    if text == "" then return {} end
    if not text:find("^</?kbd>$") and text ~= "<br>" then refuse(chapter, text) end
end

local function table_block(block)
    return {raw('<div class="table">'), block, raw("</div>")}
end

-- "lesson 05", "Lessons 00 to 06": the numbers become links, if there are such lessons.
local function link_numbers(inlines, numbers)
    local out, expected = pandoc.List{}, false
    for _, each in ipairs(inlines) do
        local text = each.t == "Str" and each.text or ""
        local number, rest = text:match("^(%d%d)%f[%D](.*)$")
        if expected and number and numbers[number] then
            out:insert(pandoc.Link({pandoc.Str(number)}, "#lesson-" .. number))
            each = pandoc.Str(rest)
        end
        out:insert(each)
        local goes_on = rest == "" or rest == "," or text == "and" or text == "to" or text == "or"
            or each.t == "Space" or each.t == "SoftBreak"
        expected = text:find("[Ll]essons?$") ~= nil or expected and goes_on
    end
    return out
end

-- Where a lesson introduces a word (*word*), the glossary's entry, if there is one.
local function link_word(emph, words)
    local word = stringify(emph):lower()
    for _, form in ipairs{word, (word:gsub("s$", "")), (word:gsub("ies$", "y"))} do
        if words[form] then return pandoc.Emph{pandoc.Link(emph.content, "#" .. words[form])} end
    end
end

-- A link to another file of the course goes to its chapter; one to any other file stays as words.
local function link_file(element)
    local target = element.target
    if target:find("^#") or target:find("^https?:") then return nil end
    local lesson = target:match("(%d%d)%-[^/]*/?[^/]*$")
    local id = target:find("GLOSSARY") and "glossary" or target:find("TEACHING") and "teaching"
        or lesson and "lesson-" .. lesson
    if not id then return element.content end
    element.target = "#" .. id
    return element
end

local function walk(blocks, filter) return pandoc.walk_block(pandoc.Div(blocks), filter).content end

-- ---- chapters

-- Headings with ids below the chapter's own; the page's h1 is the cover's title. Fills chapter.sections.
local function anchor(chapter)
    chapter.sections = {}
    chapter.blocks = walk(chapter.blocks, {Header = function(header)
        header.identifier = chapter.id .. "-" .. slug(stringify(header))
        if header.level == 2 then
            table.insert(chapter.sections, {id = header.identifier, title = stringify(header)})
        end
        if chapter.id ~= "cover" then header.level = header.level + 1 end
        return header
    end})
end

local function drop_title(blocks)
    if blocks[1] and blocks[1].t == "Header" and blocks[1].level == 1 then blocks:remove(1) end
    return blocks
end

-- chapter_of(SOURCE): of a file, before links are made.
local function chapter_of(source)
    local name = source.name:gsub("\\", "/")
    local number = name:match("(%d%d)%-[^/]*/README%.md$")
    local fields, body = front_matter(source.text)
    if number then body = told(body, number) end
    local blocks = pandoc.read(body, "gfm").blocks
    local title = fields.title or (blocks[1] and stringify(blocks[1])) or name
    local chapter = {title = title, fields = fields, number = number, place = name}
    chapter.id = number and "lesson-" .. number or name:find("GLOSSARY") and "glossary"
        or name:find("TEACHING") and "teaching" or "cover"
    chapter.blocks = drop_title(blocks)
    return chapter
end

-- The glossary's paragraphs begin with their word in bold: each gets an anchor.
local function anchor_words(chapter)
    local words = {}
    chapter.blocks = walk(chapter.blocks, {Para = function(para)
        if para.content[1].t ~= "Strong" then return nil end
        local word = stringify(para.content[1])
        words[word:lower()] = "word-" .. slug(word)
        return pandoc.Div({para}, pandoc.Attr("word-" .. slug(word)))
    end})
    return words
end

local function draw(chapter, numbers, words)
    chapter.blocks = walk(chapter.blocks, {
        CodeBlock = code_block,
        RawBlock = function(block) return raw_block(block, chapter) end,
        RawInline = function(each) return raw_inline(each, chapter) end,
        Image = function(image) refuse(chapter, "the picture " .. image.src) end,
        Table = table_block,
        Code = function(code) return pandoc.RawInline("html", "<code>" .. session.words(code.text) .. "</code>") end,
        Link = link_file,
        Emph = chapter.number and function(emph) return link_word(emph, words) end or nil,
    })
    chapter.blocks = walk(chapter.blocks, {Inlines = function(inlines) return link_numbers(inlines, numbers) end})
end

local function chapter_blocks(chapter, before, after)
    local out = pandoc.List{}
    local level = chapter.id == "cover" and 1 or 2
    out:insert(raw(('<article id="%s" aria-labelledby="%s-title">'):format(chapter.id, chapter.id)))
    out:insert(raw(('<h%d id="%s-title">%s</h%d>'):format(level, chapter.id, pages.name_of(chapter), level)))
    if chapter.number then out:insert(raw(facts(chapter.fields))) end
    out:extend(chapter.blocks)
    out:insert(raw(pages.turn(before, after)))
    out:insert(raw("</article>"))
    return out
end

function Reader(sources)
    local chapters, lessons, numbers, by_id = {}, {}, {}, {}
    for _, source in ipairs(sources) do
        local chapter = chapter_of(source)
        chapters[#chapters + 1] = chapter
        by_id[chapter.id] = chapter
        if chapter.number then
            lessons[#lessons + 1] = chapter
            numbers[chapter.number] = true
        end
    end
    local words = by_id.glossary and anchor_words(by_id.glossary) or {}
    by_id.cover.parts = {
        drawing = slurp(beside("bell.svg")),
        lessons = pages.lessons(lessons),
        tracks = pages.tracks(by_id.teaching, lessons),
    }
    local all = pandoc.List{}
    for i, chapter in ipairs(chapters) do
        draw(chapter, numbers, words)
        anchor(chapter)
        all:extend(chapter_blocks(chapter, chapters[i - 1], chapters[i + 1]))
    end
    local function part(html) return pandoc.MetaBlocks{raw(html)} end
    return pandoc.Pandoc(all, {
        title = "Diving Bell: the lessons",
        css = part(slurp(beside("book.css"))),
        js = part(slurp(beside("book.js"))),
        contents = part(pages.contents(chapters)),
    })
end
