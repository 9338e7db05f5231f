/** How our pages look: on paper, on a screen, and in the dark. */
export const STYLE = `
:root { --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --paper: #ffffff; --joint: #0b6e99; --alone: #b4540a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --soft: #9aa6b5; --line: #36404d; --paper: #14181e; --joint: #5bb8e0; --alone: #f0a35e; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 940px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; margin: 0 0 6px; } h2 { font-size: 18px; margin: 36px 0 8px; } .says { max-width: 74ch; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 8px 0; }
th, td { padding: 3px 12px 3px 0; text-align: right; border-bottom: 1px solid var(--line); font-weight: 400; white-space: nowrap; }
th:first-child { text-align: left; color: var(--soft); } tr:first-child th { color: var(--soft); font-size: 13px; }
.ids td, .ids th { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 18px; } figure { margin: 0; } figcaption { font-weight: 600; }
svg { width: 100%; height: auto; } .axis, .grid { stroke: var(--line); } .tick, .label { fill: var(--soft); font: 11px system-ui, sans-serif; }
.line { fill: none; stroke-width: 2; } .line.joint, .whisker.joint { stroke: var(--joint); } .line.alone, .whisker.alone { stroke: var(--alone); }
.line.guide { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; } .bar { opacity: 0.75; }
.bar.joint, .dot.joint { fill: var(--joint); } .bar.alone, .dot.alone { fill: var(--alone); } .whisker { stroke-width: 1.5; }
`;
