// Draws line charts as SVG that is readable on light and on dark pages.

const PANEL = { width: 400, height: 250, left: 44, right: 12, top: 34, bottom: 42 };
const LEGEND_HEIGHT = 30;
/** The colour of each line on a light and on a dark page. Readers with red-green colour blindness can tell the lines apart. */
const COLORS = [
  ['#6e7781', '#8b949e'],
  ['#0969da', '#58a6ff'],
  ['#8250df', '#bc8cff'],
  ['#bc4c00', '#f0883e'],
  ['#1a7f37', '#3fb950'],
];

/**
 * @typedef {{ name: string, values: number[] }} Line one value for each place on the x axis; NaN: none
 * @typedef {{ title: string, lines: Line[] }} Panel
 */

/**
 * Draws panels side by side. The y axis is logarithmic. The places on the x axis are equally far apart.
 *
 * @param {{ places: string[], xLabel: string, panels: Panel[] }} chart all panels have the same lines
 * @returns {string} SVG
 */
function lineChart({ places, xLabel, panels }) {
  const width = PANEL.width * panels.length;
  const height = PANEL.height + LEGEND_HEIGHT;
  const names = panels[0].lines.map(({ name }) => name);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(panels.map(({ title }) => title).join('; '))}">`,
    `<style>${styles(names.length)}</style>`,
    ...panels.map(
      (panel, i) => `<g transform="translate(${i * PANEL.width} 0)">${drawPanel(panel, places, xLabel)}</g>`,
    ),
    ...names.map((name, i) => legend(name, i, width / names.length)),
    '</svg>\n',
  ].join('\n');
}

function styles(count) {
  const rules = (theme) =>
    COLORS.slice(0, count)
      .map((colors, i) => `.l${i}{stroke:${colors[theme]}}.p${i}{fill:${colors[theme]}}`)
      .join('');
  const page = (text, grid) => `text{fill:${text}}.grid{stroke:${grid}}`;
  return (
    'text{font:12px system-ui,sans-serif}.title{font-weight:600}.line{fill:none;stroke-width:2}.grid{stroke-width:1}' +
    `${page('#1f2328', '#d1d9e0')}${rules(0)}@media(prefers-color-scheme:dark){${page('#e6edf3', '#30363d')}${rules(1)}}`
  );
}

function drawPanel({ title, lines }, places, xLabel) {
  const { width, height, left, right, top, bottom } = PANEL;
  const scale = logScale(lines.flatMap(({ values }) => values.filter((value) => value > 0)));
  const x = (i) => left + 8 + (i * (width - left - right - 16)) / Math.max(1, places.length - 1);
  const y = (value) => height - bottom - scale.shareOf(value) * (height - top - bottom);
  return [
    `<text class="title" x="${left}" y="18">${escapeXml(title)}</text>`,
    ...scale.ticks.map(
      (tick) =>
        `<line class="grid" x1="${left}" x2="${width - right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/><text x="${left - 6}" y="${round(y(tick) + 4)}" text-anchor="end">${tick}</text>`,
    ),
    ...places.map(
      (place, i) =>
        `<text x="${round(x(i))}" y="${height - bottom + 17}" text-anchor="middle">${escapeXml(place)}</text>`,
    ),
    `<text x="${width - right}" y="${height - 8}" text-anchor="end">${escapeXml(xLabel)}</text>`,
    ...lines.map(({ values }, line) => drawLine(values, line, x, y)),
  ].join('');
}

function drawLine(values, line, x, y) {
  const points = values.flatMap((value, i) => (value > 0 ? [[round(x(i)), round(y(value))]] : []));
  const dots = points.map(([cx, cy]) => `<circle class="p${line}" cx="${cx}" cy="${cy}" r="3"/>`);
  return `<polyline class="line l${line}" points="${points.map((point) => point.join(',')).join(' ')}"/>${dots.join('')}`;
}

/** A scale with ticks at 1, 2, 5, 10, 20, … It begins at or below the least value and ends at or above the greatest. */
function logScale(values) {
  if (values.length === 0) return { ticks: [1], shareOf: () => 0 };
  const steps = [];
  for (let power = -3; power <= 6; power++)
    for (const digit of [1, 2, 5]) steps.push(Number(`${digit}e${power}`));
  const least = steps.findLast((step) => step <= Math.min(...values)) ?? steps[0];
  const most = steps.find((step) => step >= Math.max(...values)) ?? steps.at(-1);
  const span = Math.log(most / least) || 1;
  return {
    ticks: steps.filter((step) => step >= least && step <= most),
    shareOf: (value) => Math.log(value / least) / span,
  };
}

function legend(name, i, width) {
  const x = round(i * width + 16);
  const y = PANEL.height + 12;
  return `<line class="line l${i}" x1="${x}" x2="${x + 18}" y1="${y}" y2="${y}"/><text x="${x + 24}" y="${y + 4}">${escapeXml(name)}</text>`;
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

module.exports = { lineChart };
