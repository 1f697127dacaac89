// ECharts with only what is drawn. Canvas, and tooltips as rich text: neither needs inline styles.
import { BarChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { token } from "./tokens.js";

echarts.use([BarChart, ScatterChart, GridComponent, MarkLineComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

export function drawing(box, kind, data) {
  const make = kind === "compare" ? compare : history;
  let plot = echarts.init(box, null, { renderer: "canvas" });
  const redraw = () => plot.setOption(make(data, box), true);
  redraw();
  return { redraw, resize: (size) => (plot.resize(size), redraw()), dispose: () => plot.dispose() };
}

function words() {
  return { fontFamily: token("font"), fontSize: 12, color: token("ink-2") };
}

function common() {
  return {
    animation: false,
    aria: { enabled: false },
    textStyle: words(),
    tooltip: { renderMode: "richText", backgroundColor: token("surface"), borderColor: token("line"), textStyle: words(), confine: true },
  };
}

const RAIN_PX = 112; // of the lower half of a history, where rain hangs down

function history({ bars, unit, rain }) {
  const labels = bars.map((bar, at) => (at === 0 || bars[at - 1].group !== bar.group ? `${bar.label}\n${bar.group ?? ""}` : bar.label));
  return {
    ...common(),
    grid: [{ left: 36, right: 8, top: 24, bottom: rain ? RAIN_PX + 40 : 40 }, ...(rain ? [{ left: 36, right: 8, height: RAIN_PX - 32, bottom: 20 }] : [])],
    xAxis: [
      { type: "category", data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: token("edge") } }, axisLabel: { ...words(), hideOverlap: true } },
      ...(rain ? [{ type: "category", gridIndex: 1, data: labels, position: "top", axisTick: { show: false }, axisLabel: { show: false }, axisLine: { lineStyle: { color: token("edge") } } }] : []),
    ],
    yAxis: [
      { type: "value", name: unit, nameTextStyle: { ...words(), align: "left" }, minInterval: 1, splitLine: { lineStyle: { color: token("grid") } }, axisLabel: words() },
      ...(rain ? [{ type: "value", gridIndex: 1, inverse: true, splitNumber: 2, splitLine: { lineStyle: { color: token("grid") } }, axisLabel: words() }] : []),
    ],
    series: [
      { type: "bar", data: bars.map((bar) => bar.value || null), barMaxWidth: 28, itemStyle: { color: token("data") }, label: { show: bars.length <= 24, position: "top", ...words() } },
      { type: "scatter", data: bars.map((bar) => (bar.value === 0 ? 0 : null)), symbol: "circle", symbolSize: 9, symbolOffset: [0, -8], itemStyle: { color: token("surface"), borderColor: token("edge"), borderWidth: 1.5 }, tooltip: { show: false } },
      ...(rain ? [hanging(rain, bars.length)] : []),
    ],
  };
}

function hanging({ peaks, test }, count) {
  return {
    type: "bar", xAxisIndex: 1, yAxisIndex: 1, data: peaks, barMaxWidth: 14, itemStyle: { color: token("c3"), borderColor: token("c6"), borderWidth: 1 },
    label: { show: count <= 24, position: "bottom", ...words() },
    markLine: test ? { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: token("ink"), type: "dashed", width: 1 }, data: [{ yAxis: test }] } : undefined,
  };
}

const FILLS = { kept: ["data", "on-accent"], grown: ["data", "on-accent"], shrunk: ["data", "on-accent"], split: ["data-soft", "ink"], merged: ["data-soft", "ink"], new: ["c1", "surface"], gone: ["surface", "ink-2"] };

function compare({ rows }, box) {
  const widest = Math.max(...rows.map((row) => row.parts.reduce((sum, part) => sum + part.value, 0)));
  const states = [...new Set(rows.flatMap((row) => row.parts.map((part) => part.state)))];
  return {
    ...common(),
    grid: { left: 4, right: 8, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: "value", show: false },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.label), axisTick: { show: false }, axisLine: { show: false }, axisLabel: words() },
    series: states.map((state) => {
      const [fill, ink] = FILLS[state] ?? FILLS.kept;
      return {
        type: "bar", stack: "all", barWidth: 22,
        name: rows.flatMap((row) => row.parts).find((part) => part.state === state).label,
        data: rows.map((row) => row.parts.find((part) => part.state === state)?.value ?? null),
        itemStyle: { color: token(fill), borderColor: token(state === "gone" ? "edge" : "surface"), borderWidth: 1 },
        label: { show: true, ...words(), color: token(ink), formatter: ({ value, seriesName }) => (value > 0 && value * box.clientWidth >= widest * 90 ? `${state === "kept" || state === "gone" ? `${seriesName} ` : ""}${value}` : value * box.clientWidth >= widest * 26 ? `${value}` : "") },
      };
    }),
  };
}
