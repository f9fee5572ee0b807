"""The forecast page: one HTML document with an SVG chart, nothing loaded from elsewhere."""

from html import escape

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 980, 420, 56, 16, 44

STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #6b7785; --line: #d8dee6; --past: #2563a8; --next: #c2571a; --paper: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf1; --soft: #93a0ae; --line: #2c3643; --past: #7db4f0; --next: #f2a35e; --paper: #10161d } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 980px; margin: 2rem auto; padding: 0 1rem }
svg { width: 100%; height: auto } text { fill: var(--soft); font-size: 12px } .grid { stroke: var(--line) }
.past, .next { fill: none; stroke-width: 2 } .past { stroke: var(--past) } .next { stroke: var(--next); stroke-dasharray: 6 4 }
table { border-collapse: collapse } td, th { padding: .15rem .8rem; text-align: right } th { color: var(--soft); font-weight: 500 }
"""


def page(history, forecast):
    points = [(p["month"], p["passengers"]) for p in forecast["points"]] if forecast else []
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Demand forecast</title>
<meta name="viewport" content="width=device-width"><style>{STYLE}</style>
<h1>Airline passengers a month, in thousands</h1>
{summary(forecast)}
{chart(history, points)}
{table(points)}
</html>"""


def summary(forecast):
    if not forecast:
        return "<p>No run has published a forecast yet; the line shows the history.</p>"
    run = escape(str(forecast["runId"]))
    return f"<p>Forecast by run <code>{run}</code>, accuracy {forecast['accuracy']:.2f} % on months that the model had not seen.</p>"


def chart(history, points):
    everything = history + points
    top = max(value for _, value in everything) * 1.05
    step = (WIDTH - LEFT - 8) / max(1, len(everything) - 1)

    def place(index, value):
        return f"{LEFT + index * step:.1f},{TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM):.1f}"

    past = " ".join(place(i, v) for i, (_, v) in enumerate(history))
    begin = len(history) - 1
    following = " ".join(place(begin + i, v) for i, (_, v) in enumerate(history[-1:] + points))
    marks = []
    for value in range(0, int(top) + 1, 100):
        x, y = place(0, value).split(",")
        marks.append(f'<line class="grid" x1="{x}" x2="{WIDTH}" y1="{y}" y2="{y}"/><text x="8" y="{y}">{value}</text>')
    for index, (month, _) in enumerate(everything):
        if month.endswith("-01") and int(month[:4]) % 2 == 1:
            x = place(index, 0).split(",")[0]
            marks.append(f'<text x="{x}" y="{HEIGHT - 18}">{month[:4]}</text>')
    return f"""<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="History as a solid line, forecast as a dashed line">
{''.join(marks)}<polyline class="past" points="{past}"/><polyline class="next" points="{following}"/></svg>"""


def table(points):
    if not points:
        return ""
    rows = "".join(f"<tr><td>{escape(month)}</td><td>{value:.1f}</td></tr>" for month, value in points)
    return f"<details><summary>The forecast as a table</summary><table><tr><th>Month</th><th>Passengers</th></tr>{rows}</table></details>"
