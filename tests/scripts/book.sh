#!/usr/bin/env bash
# tests/scripts/book.sh - scripts/book makes one HTML file of all lessons: whole, by itself, the same each time, and readable.
source "$(dirname "$0")/../harness.sh"
needs pandoc
book() { "$TOP/scripts/book" --output "$@"; }

# ---- the lessons that there are
expect_match "the book is made" "book.html: * lessons, *B" book book.html
(cd / && HOME=/nowhere LC_ALL=C TZ=Asia/Tokyo book "$WORK/again.html" >/dev/null)
check "the same lessons make the same bytes" cmp book.html again.html
missing() {
    local lesson id
    for lesson in "$TOP"/lessons/[0-9][0-9]-*/; do
        id=lesson-$(basename "$lesson" | cut -c1-2)
        grep -q "<article id=\"$id\"" book.html || echo "$id"
        sed -n 's/^## //p' "$lesson/README.md" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9]\+/-/g; s/-$//' |
            while read -r section; do grep -q "<h3 id=\"$id-$section\"" book.html || echo "$id-$section"; done
    done
}
expect_output "every lesson is in it, with every section" "" missing
expect_output "the anchors stay what they are" 6 grep -cE 'id="lesson-03-(question|predict-run|why|break-fix|in-config-json|check)"' book.html
dangling() {
    comm -23 <(grep -o 'href="#[^"$]*"' book.html | tr -d '"' | cut -d'#' -f2 | sort -u) <(grep -o ' id="[^"]*' book.html | cut -d'"' -f2 | sort -u)
}
expect_output "every link within it leads somewhere" "" dangling
refute "no mark of cram is left" grep -E ' \((glob|re|esc|no-eol)\)(</|$)' book.html
refute "nothing is loaded from elsewhere" grep -E '(src|srcset|action|data)="|url\(|@import|<(iframe|object|embed)|<link [^>]*href="[^d]' book.html
refute "(nor linked but within, or to the web)" bash -c "grep -o 'href=\"[^\"]*' book.html | grep -vE '\"(#|https?://|data:,)'"

# ---- a lesson made for it
mkdir -p course/01-first course/02-second
cat >course/01-first/README.md <<'END'
---
title: What is <first>?
teaching: 10
exercises: 5
needs: user
optional: true
---
# 01 What is first?

## Question

Lesson 02 and lesson 09, [this](../02-second/README.md) and [that](../../README.md). <!-- for tools -->

```console
  $ echo "pid $$, \"<a>\"" \
  >   && echo '*?'
  pid *, "<a>" (glob)
  \*\? (glob)
  $ echo 1.25s at 10%; pwd
  [0-9]+\.\d+s at 10% (re)
  *.md (glob)
  $ printf 'caf\303\251\n'; (exit 3)
  caf\xc3\xa9 (esc)
  [3]
```

```text
$ echo ...
$ lesson check 01
```

<details><summary>Why `so`?</summary>

Because.

</details>
END
printf -- '---\ntitle: And then?\n---\n# 02 And then?\n\n## Question\n\nNo *Words*.\n' >course/02-second/README.md
printf '# Glossary\n\n**word** (lesson 01): What is said.\n' >course/GLOSSARY.md
printf '# For teachers\n\n| time | lessons |\n|---|---|\n| an hour | 00 to 02 |\n' >course/TEACHING.md
export BELL_LESSONS=$WORK/course
book small.html >/dev/null
# has SENTENCE TEXT: it is in the small book.
contains() { [[ $(<small.html) == *"$1"* ]]; }
has() { check "$1" contains "$2"; }
has "what varies is an ellipsis, the rest is as it comes out" 'pid <span class="varies">…</span>, &quot;&lt;a&gt;&quot;'
has "an escaped wildcard is itself" $'\n*?</samp>'
has "a number is one ellipsis" '<samp><span class="varies">…</span>s at 10%'
has "letters are letters again" '<samp>café'
has "the exit status is told in words" '<span class="status">exit status 3</span>'
has "a command to be filled in is set apart" '<div class="commands gap"><pre><code><span class="line"><span class="prompt" aria-hidden="true">$ </span><span class="typed">echo ...'
has "title, minutes and needs" $'What is &lt;first&gt;?</h2>\n<p class="facts">15 minutes, 5 of them for the exercise · needs an ordinary user · optional</p>'
has "numbers and files of lessons are links, others are words; comments are left out" \
    '<p>Lesson <a href="#lesson-02">02</a> and lesson 09, <a href="#lesson-02">this</a> and that. </p>'
has "an answer is folded" $'<details><summary>\nWhy <code>so</code>?\n</summary>'
has "a new word leads to the glossary" '<em><a href="#word-word">Words</a></em>'
has "a track is links to those lessons that there are" '<dt>an hour</dt><dd><a href="#lesson-01">01<span class="unseen"> What is &lt;first&gt;?</span></a> <a href="#lesson-02">02'
cp -r course loading
for text in '<script src="x.js"></script>' '<img src="x.png">' '![](x.png)' 'a <b onclick="x()">b</b>'; do
    { cat course/02-second/README.md; echo "$text"; } >loading/02-second/README.md
    BELL_LESSONS=loading expect_error "a lesson isn't taken that has $text" 125 "*02-second/README.md: the book doesn't take *" book refused.html
done
expect_error "no lessons" 125 "book: find lessons: there are none in *" env BELL_LESSONS="$WORK" "$TOP/scripts/book"
expect_error "an option that isn't there" 125 "book: unknown option '--rnu'*" "$TOP/scripts/book" --rnu

# ---- what really came out
have root && expect_error "--run is not for root" 125 "*you are root*as yourself*" book refused.html --run
if [[ -x $BELL_BIN/lesson ]] && have cram3; then
    # A checkout may be where others can't read.
    as_user true
    mkdir -p user/C++/lessons user/home
    cp -r "$TOP/scripts" user/C++/
    cp -r "$TOP/lessons/book" user/C++/lessons/
    cp "$TOP"/lessons/{shell,check.bash} course/
    rootfs R && layer-pack --cmd sh R image >/dev/null
    cp -r course image user/
    chmod -R a+rX user
    [[ $EUID != 0 ]] || chown "$BELL_TEST_USER" user/home
    run_book() {
        as_user env BELL_LESSONS="$WORK/user/course" BELL_IMAGE="$WORK/user/image" HOME="$WORK/user/home" TMPDIR="$WORK/user/home" \
            "$WORK/user/C++/scripts/book" --run --output "$WORK/user/home/book.html" && cp user/home/book.html small.html
    }
    check "--run makes the book, too" run_book
    expect_match "with what came out" '*pid <span class="varies">[1-9]*[0-9]</span>, &quot;&lt;a&gt;&quot;*' cat small.html
    has "also where numbers are" '<samp><span class="varies">1.25</span>s at 10%'
    has "and in the directory of the learner" "<span class=\"varies\">$WORK/user/home/.local/state/diving-bell/01</span>"
    refute "no mark and no ellipsis is left" grep -E ' \((glob|re|esc)\)(</|$)|>…<' small.html
    number=3
    for other in "s/'[*]?'/other/" "s/exit 3/exit 4/" "s/exit 3/echo more; exit 3/"; do
        mkdir "user/course/0$number-other"
        sed "$other" course/01-first/README.md >"user/course/0$number-other/README.md"
        ((number++))
    done
    run_book >/dev/null 2>said
    expect_output "if something else comes out that is told" "03 04 05 " bash -c "sed -n 's/^book: lesson \(..\): not as the lesson says.*/\1/p' said | tr '\n' ' '"
    expect_output "and the lesson stays as it is written" 3 grep -c 'pid <span class="varies">…' small.html
else
    skip "what really came out" "${REASON:-built without libcmark-gfm-dev}"
fi

# ---- in a browser: on a phone nothing is wider than the screen, and Copy takes what is to be typed
sentence="the book in a browser, on a phone"
have chromium || { skip "$sentence" "$REASON"; exit; }
# A window of chromium isn't that narrow: so the books are in frames, and tell the page around what they look like.
BELL_LESSONS=$WORK/course book small.html >/dev/null
probe() {
    sed 's|^</body>||; s|^</html>||' "$1"
    cat <<'END'
<script>
const said = [];
navigator.clipboard.writeText = async (text) => { said.push(text); };
addEventListener("load", () => {
    document.querySelectorAll("#lesson-01 .commands button").forEach((button) => button.click());
    const link = document.querySelector("#contents a[href^='#lesson-01-']");
    link.click();
    setTimeout(() => parent.postMessage({
        book: location.pathname.match(/probe-(.*).html/)[1],
        width: innerWidth, needed: document.documentElement.scrollWidth, copied: said[0],
        went: location.hash, current: document.querySelector("#contents [aria-current]").textContent,
    }, "*"), 300);
});
</script></body></html>
END
}
for each in book small; do probe "$each.html" >"probe-$each.html"; done
cat >frames.html <<'END'
<!DOCTYPE html><pre id="told"></pre>
<iframe src="probe-book.html" width="360" height="800" style="border: 0"></iframe>
<iframe src="probe-small.html" width="360" height="800" style="border: 0"></iframe>
<script>addEventListener("message", (event) => { told.textContent += JSON.stringify(event.data) + " "; });</script>
END
timeout 30 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$WORK/chromium" --virtual-time-budget=3000 \
    --dump-dom "file://$WORK/frames.html" 2>/dev/null | sed -n 's|.*<pre id="told">\(.*\)</pre>.*|\1|p' |
    sed 's/&gt;/>/g; s/&lt;/</g; s/&amp;/\&/g' >told.json
# seen BOOK FILTER: what jq finds in what that one tells
seen() { jq -c -r "select(.book == \"$1\") | $2" told.json; }
for each in book small; do
    expect_output "$sentence: nothing is wider than the screen ($each)" "[360,true]" seen $each '[.width, .needed <= 360]'
done
expect_output "the contents lead to a section, and say where one is" "#lesson-01-question Question" seen book '.went + " " + .current'
expect_output "Copy takes a whole command, without prompts" $'echo "pid $$, \\"<a>\\"" \\\n  && echo \'*?\'' seen small .copied
