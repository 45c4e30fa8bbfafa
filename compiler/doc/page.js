// Shows the parts that hold every word that is searched for. Without it the page is all there.
(function () {
    "use strict";
    var box = document.getElementById("search"), find = document.getElementById("find");
    var found = document.getElementById("found");
    var parts = [].map.call(document.querySelectorAll("main > section"), function (part) {
        var head = part.querySelector("[id]");
        var links = head ? document.querySelectorAll('a[href="#' + CSS.escape(head.id) + '"]') : [];
        return {
            part: part,
            text: part.textContent.toLowerCase(),
            lines: [].map.call(links, function (a) { return a.closest("li, tr"); })
        };
    });
    var groups = [].slice.call(document.querySelectorAll("nav .group, main > h2"));

    function search() {
        var words = find.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
        parts.forEach(function (p) {
            var hit = words.every(function (w) { return p.text.indexOf(w) >= 0; });
            p.part.hidden = !hit;
            p.lines.forEach(function (line) { if (line) { line.hidden = !hit; } });
            shown += hit ? 1 : 0;
        });
        groups.forEach(function (g) { g.hidden = words.length > 0; });
        found.textContent = words.length > 0 ? shown + " of " + parts.length : "";
    }

    box.hidden = false;
    find.addEventListener("input", search);
    search();
}());
