"""The page's look: the product's tokens, as many as one page needs."""

STYLE = """
:root{color-scheme:light dark;--canvas:#f4f6f8;--surface:#fff;--line:#d6dde2;--ink:#13202a;--ink-2:#42525d;
--ink-3:#596872;--accent:#0b5675;--on-accent:#fff;--warn:#7a4b00;--warn-tint:#ffefcf;--data:#0b5675;--data-soft:#a9c9d8;--grid:#d6dde2;
--map-land:#e7ebee;--map-ground:#f4f6f8;--report:#596872;
--font:-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC",
"Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",sans-serif;
--code:ui-monospace,"SF Mono",Consolas,"Noto Sans Mono","DejaVu Sans Mono",monospace}
@media screen and (prefers-color-scheme:dark){:root{--canvas:#0d1419;--surface:#141d24;--line:#2a3741;--ink:#e9eff3;
--ink-2:#b9c6cf;--ink-3:#94a5b0;--accent:#7fc6e6;--on-accent:#06212d;--warn:#f5bf55;--warn-tint:#382a0b;--data:#7fc6e6;
--data-soft:#2f5568;--grid:#24313a;--map-land:#1b262e;--map-ground:#0f171d;--report:#94a5b0}}
*{box-sizing:border-box}
body{margin:0;background:var(--canvas);color:var(--ink);font:1rem/1.5 var(--font)}
header,main,footer{max-width:110rem;margin:0 auto;padding:1rem}
header p{margin:.25rem 0;max-width:60rem;color:var(--ink-2)}
.mark{font-weight:600;color:var(--accent);font-size:.875rem}
h1{font-size:1.75rem;line-height:1.25;margin:.25rem 0}
header .lede{font-size:1.25rem;color:var(--ink)}
header .note{background:var(--warn-tint);color:var(--warn);padding:.5rem .75rem;border-radius:6px;margin:.5rem 0}
h2{font-size:1rem;margin:0 0 .5rem}
main{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:1rem;align-items:start}
section{background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:1rem;min-width:0}
.wide{grid-column:1/-1}
@media (min-width:100rem){main{grid-template-columns:repeat(2,minmax(0,1fr))}
.wide{grid-column:auto}main .wide .scroll:has(table){max-height:70rem}}
.scroll{overflow-x:auto}
.scroll:has(table){max-height:44rem;overflow-y:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .5rem;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
td:nth-child(2){white-space:normal;min-width:8rem}
th{position:sticky;top:0;background:var(--surface);font-weight:600}
.n{text-align:right}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0;font-size:.875rem}
dt{color:var(--ink-3)}dd{margin:0;overflow-wrap:anywhere}
.map{display:block;width:100%;max-height:60rem;min-width:30rem;height:auto;
border-radius:6px;font-family:var(--font)}
.ground{fill:var(--map-ground)}.land{fill:var(--map-land)}
.graticule path{stroke:var(--grid);fill:none}.graticule text{fill:var(--ink-3);font-size:11px}
.reports{stroke:var(--report);stroke-width:3.5;stroke-linecap:round;stroke-opacity:.5;fill:none}
.site .true{fill:var(--data);fill-opacity:.75;stroke:var(--surface)}
.site path{stroke:var(--ink-2);fill:none}.site .badge{fill:var(--data);stroke:var(--surface);stroke-width:1.5}
.site text{fill:var(--on-accent);font-size:11px;font-weight:600;text-anchor:middle}
.watch circle{fill:none;stroke:var(--ink-2);stroke-width:1.5;stroke-dasharray:3 2}
.scale path{stroke:var(--ink);stroke-width:1.5;fill:none}.scale text{fill:var(--ink);font-size:12px;text-anchor:middle}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;margin:.75rem 0 0;font-size:.875rem;
color:var(--ink-2)}
.legend li{display:flex;align-items:center;gap:.4rem}.legend svg{width:1.5rem;height:1.5rem;flex:none}
footer{font-size:.75rem;color:var(--ink-3);overflow-wrap:anywhere}code{font-family:var(--code)}
@page{size:A4;margin:14mm}
@media print{body{background:none;font-size:10pt}header,main,footer{padding:0;max-width:none}main{display:block}
section{border:0;padding:0;margin:0 0 8mm}.scroll,.scroll:has(table){overflow:visible;max-height:none}
.map{min-width:0;max-height:175mm}
table{font-size:8pt}th{position:static}td{white-space:normal}tr,.map,h2{break-inside:avoid}h2{break-after:avoid}
.map *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
