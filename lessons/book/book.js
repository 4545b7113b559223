// book.js - what the book can do besides being read: it says where you are, copies commands, obeys keys.
"use strict";
{
    const root = document.documentElement;
    const bar = document.querySelector(".bar");
    const contents = document.getElementById("contents");
    const here = document.querySelector(".here");
    const menu = document.querySelector(".menu");
    const chapters = [...document.querySelectorAll("article")];
    const places = [...document.querySelectorAll("article, article > h3[id]")];

    const remember = (name, value) => {
        if (value) root.dataset[name] = value;
        else delete root.dataset[name];
        try {
            if (value) localStorage.setItem("diving-bell-" + name, value);
            else localStorage.removeItem("diving-bell-" + name);
        } catch (refused) { /* for this time only, then */ }
    };

    // ---- where you are: the last heading above a line a little below the bar
    const edge = () => bar.offsetHeight + 16;
    const passed = (list, line) => list.filter((each) => each.getBoundingClientRect().top <= line).pop() || list[0];
    let shown = null;
    const show = () => {
        const place = passed(places, window.innerHeight / 4);
        if (place === shown) return;
        shown = place;
        const chapter = place.closest("article");
        contents.querySelectorAll("[aria-current]").forEach((each) => each.removeAttribute("aria-current"));
        contents.querySelectorAll(".current").forEach((each) => each.classList.remove("current"));
        const link = contents.querySelector(`a[href="#${place.id}"]`);
        link.setAttribute("aria-current", "true");
        contents.querySelector(`a[href="#${chapter.id}"]`).parentElement.classList.add("current");
        const title = chapter.querySelector("h1, h2").textContent;
        here.firstElementChild.textContent = title + (place === chapter ? "" : " · " + place.textContent);
        here.firstElementChild.href = "#" + chapter.id;
        const height = contents.clientHeight, top = link.offsetTop - contents.scrollTop;
        if (top < 0 || top > height - 80) contents.scrollTop = link.offsetTop - height / 3;
    };
    let waiting = false;
    const soon = () => {
        if (!waiting) requestAnimationFrame(() => { waiting = false; show(); });
        waiting = true;
    };
    addEventListener("scroll", soon, {passive: true});
    addEventListener("resize", soon);

    // ---- keys: lessons with the arrows, sections with j and k
    const step = (list, forward) => {
        const top = (each) => each.getBoundingClientRect().top;
        const below = list.find((each) => top(each) > edge() + 8), above = list.filter((each) => top(each) < 0).pop();
        const next = forward ? below : above;
        if (next) next.scrollIntoView();
    };
    const scrolls = (box) => box && box.scrollWidth > box.clientWidth;
    addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
        if (event.key === "Escape") close();
        else if (event.key === "j" || event.key === "k") step(places, event.key === "j");
        else if (event.key.startsWith("Arrow") && scrolls(event.target.closest("pre, .table"))) return;
        else if (event.key === "ArrowRight" || event.key === "ArrowLeft") step(chapters, event.key === "ArrowRight");
        else return;
        event.preventDefault();
    });

    // ---- the drawer
    const close = () => {
        if (!contents.classList.contains("open")) return;
        contents.classList.remove("open");
        menu.focus();
    };
    menu.addEventListener("click", (event) => {
        event.preventDefault();
        if (contents.classList.toggle("open")) (contents.querySelector("[aria-current]") || contents).focus();
    });
    contents.addEventListener("click", (event) => {
        const link = event.target.closest("a");
        if (!link) return;
        if (link.classList.contains("close")) {
            event.preventDefault();
            close();
        }
        contents.classList.remove("open");
    });
    document.getElementById("text").addEventListener("click", () => contents.classList.remove("open"));

    // ---- dark or light, near or far
    const theme = document.getElementById("theme");
    const prefers_dark = matchMedia("(prefers-color-scheme: dark)");
    const is_dark = () => (root.dataset.theme || (prefers_dark.matches ? "dark" : "light")) === "dark";
    const name_theme = () => { theme.textContent = is_dark() ? "Light" : "Dark"; };
    theme.addEventListener("click", () => {
        remember("theme", is_dark() ? "light" : "dark");
        name_theme();
    });
    prefers_dark.addEventListener("change", name_theme);
    name_theme();

    // A button that switches what book.css does; the section you are in stays where it is.
    const add_switch = (name, changed = () => {}) => {
        const button = document.getElementById(name);
        const tell = () => button.setAttribute("aria-pressed", String(name in root.dataset));
        button.addEventListener("click", () => {
            const place = passed(places, window.innerHeight / 4);
            remember(name, name in root.dataset ? "" : "on");
            tell();
            changed();
            if (window.scrollY > 0) place.scrollIntoView();
        });
        tell();
    };
    add_switch("projector");

    // ---- what is printed is hidden until somebody has guessed
    for (const output of document.querySelectorAll(".output")) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "reveal";
        button.textContent = "What comes out?";
        button.addEventListener("click", () => {
            button.classList.add("used");
            output.classList.add("told");
            output.tabIndex = -1;
            output.focus({preventScroll: true});
        });
        output.before(button);
    }
    add_switch("guess", () => {
        for (const each of document.querySelectorAll(".told, .used")) each.classList.remove("told", "used");
    });
    document.querySelector(".tools").hidden = false;

    // ---- copying: what was typed, without prompts
    const said = document.getElementById("said");
    const typed = (box) => [...box.querySelectorAll(".typed")].map((line) => line.textContent).join("\n");
    const copy_the_old_way = (text) => {
        const area = document.createElement("textarea");
        area.value = text;
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
    };
    const copy = async (button, text) => {
        try {
            await navigator.clipboard.writeText(text);
        } catch (refused) {
            copy_the_old_way(text);
            button.focus();
        }
        const name = button.textContent;
        button.textContent = said.textContent = "Copied";
        setTimeout(() => { button.textContent = name; said.textContent = ""; }, 1500);
    };
    const add_button = (box, text) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = "Copy";
        button.setAttribute("aria-label", "Copy: " + text.split("\n")[0]);
        button.addEventListener("click", () => copy(button, text));
        box.prepend(button);
    };
    for (const box of document.querySelectorAll(".commands:not(.gap)")) add_button(box, typed(box));

    // ---- boxes that scroll sideways can be reached by Tab
    const reach = () => {
        for (const box of document.querySelectorAll(".output, .drawing, .table"))
            if (scrolls(box)) box.tabIndex = 0;
            else if (!box.classList.contains("told")) box.removeAttribute("tabindex");
    };
    addEventListener("resize", reach);
    reach();

    // ---- on paper all answers are open
    addEventListener("beforeprint", () => {
        for (const each of document.querySelectorAll("details:not([open])")) {
            each.open = true;
            each.dataset.opened = "";
        }
    });
    addEventListener("afterprint", () => {
        for (const each of document.querySelectorAll("details[data-opened]")) {
            each.open = false;
            delete each.dataset.opened;
        }
    });
    show();
}
