// Draws the plots of a page as SVG, in the colours of the page, from the data that stands beside each.

const drawn = new Map();

// What the browser computes may be in a colour space that the library cannot mix; a pixel is always plain RGB.
const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

function colour(element) {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = getComputedStyle(element).color;
  brush.fillRect(0, 0, 1, 1);
  const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

function option(data, element) {
  const [first, second, quiet] = [...element.parentElement.querySelectorAll(".tones i")].map(colour);
  const text = { color: quiet, fontFamily: getComputedStyle(document.body).fontFamily };
  const label = (value) => (value === null || value === undefined ? "–" : `${value} ${data.unit}`);
  return {
    aria: { enabled: false }, // the element has a label of its own, and the table says the rest
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: [first, second],
    textStyle: text,
    grid: { left: 8, right: 16, top: 34, bottom: 4, outerBoundsMode: "same" },
    legend: { top: 0, right: 0, icon: "roundRect", itemHeight: 4, textStyle: text },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: label },
    xAxis: { type: "category", data: data.labels, axisLabel: text, axisLine: { lineStyle: { color: quiet } } },
    yAxis: { type: "value", min: 0, axisLabel: { ...text, formatter: `{value} ${data.unit}` }, splitLine: { lineStyle: { color: quiet, opacity: 0.25 } } },
    series: data.series.map((one, place) => ({
      type: "line",
      name: one.name,
      data: one.values,
      symbol: place ? "rect" : "circle",
      symbolSize: 7,
      showAllSymbol: true, // a lone value between two gaps is a point and no line
      lineStyle: { width: 2, type: place ? "dashed" : "solid" },
    })),
  };
}

function draw(element) {
  const data = JSON.parse(document.getElementById(element.dataset.plot).textContent);
  drawn.get(element)?.dispose();
  const chart = globalThis.echarts.init(element, null, { renderer: "svg" });
  chart.setOption(option(data, element));
  drawn.set(element, chart);
}

function drawAll() {
  for (const element of [...drawn.keys()]) if (!element.isConnected) drawn.delete(element);
  for (const element of document.querySelectorAll("[data-plot]")) draw(element);
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) drawn.get(target)?.resize();
});

function start() {
  drawAll();
  for (const element of drawn.keys()) sizes.observe(element);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
document.addEventListener("htmx:after:swap", start);
start();
