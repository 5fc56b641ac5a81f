// The chart of the dashboard, in the colours of the theme; the server's drawing stays where this cannot run.
(() => {
  const place = document.querySelector("[data-chart]");
  if (!place || !window.uPlot) return;
  const colour = (name) => getComputedStyle(place).getPropertyValue(name).trim();
  const { label, mean, time, language } = place.dataset;
  const number = new Intl.NumberFormat(language);
  const day = new Intl.DateTimeFormat(language, { day: "2-digit", month: "2-digit" });
  const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" });
  let chart = null;
  let data = null;

  const axis = () => {
    const thin = { stroke: colour("--chart-grid"), width: 1 };
    return { stroke: colour("--chart-text"), grid: thin, ticks: thin };
  };
  const options = () => ({
    width: place.clientWidth,
    height: 220,
    legend: { live: true },
    series: [
      { label: time, value: (_, at) => (at == null ? "–" : moment.format(at * 1000)) },
      { label, stroke: colour("--chart-line"), fill: colour("--chart-area"), width: 2, points: { show: false }, value: (_, count) => (count == null ? "–" : number.format(count)) },
      ...(mean ? [{ label: mean, stroke: colour("--chart-mean"), width: 1, points: { show: false }, value: (_, count) => (count == null ? "–" : number.format(count)) }] : []),
    ],
    scales: { y: { range: (_, low, high) => [0, Math.max(high || 0, 4) * 1.1] } },
    axes: [
      { ...axis(), values: (_, all) => all.map((at) => (mean ? day : hour).format(at * 1000)) },
      { ...axis(), size: 60, values: (_, all) => all.map((count) => (Number.isInteger(count) ? number.format(count) : "")) },
    ],
  });
  const draw = () => {
    if (!data) return;
    chart?.destroy();
    place.classList.add("has-chart");
    chart = new uPlot(options(), data, place);
  };
  const load = async () => {
    if (document.hidden) return;
    const answer = await fetch(place.dataset.chart, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const series = await answer.json();
    data = [series.at, series.sessions_peak, ...(mean ? [series.sessions_live] : [])];
    chart ? chart.setData(data) : draw();
  };
  load();
  setInterval(load, 60_000);
  document.addEventListener("visibilitychange", load);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  new ResizeObserver(() => chart?.setSize({ width: place.clientWidth, height: 220 })).observe(place);
})();
