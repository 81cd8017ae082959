// Chart.js in the page's own colours; each chart says its figures to those who can't see it.
import { NOT_SCORED, el } from './dom.js';

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const drawn = new Set();

function draw(label, makeConfig) {
  const canvas = el('canvas', { role: 'img', 'aria-label': label }, label);
  const box = el('div', { class: 'chart' }, canvas);
  let chart;
  const paint = () => {
    chart?.destroy();
    Chart.defaults.color = colour('quiet');
    Chart.defaults.borderColor = colour('line');
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const config = makeConfig();
    config.options = { maintainAspectRatio: false, animation: false, ...config.options };
    chart = new Chart(canvas, config);
  };
  drawn.add(paint);
  requestAnimationFrame(() => { if (canvas.isConnected) paint(); });
  return box;
}

addEventListener('themechange', () => drawn.forEach((paint) => paint()));
export const forget = () => drawn.clear();

const short = (day) => new Date(`${day}T12:00:00Z`).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });

export const leadsByDay = (days, grades) => draw(
  `Leads by day: ${days.filter((day) => day.received).map((day) => `${short(day.day)} ${day.received}, of these ${day[grades[0].name]} ${grades[0].label.toLowerCase()}`).join('; ') || 'none yet'}`,
  () => ({
    type: 'bar',
    data: {
      labels: days.map((day) => short(day.day)),
      datasets: [...grades.map(({ name, label }) => ({
        label, data: days.map((day) => day[name]), backgroundColor: colour(name),
      })), {
        label: NOT_SCORED, backgroundColor: colour('line'),
        data: days.map((day) => grades.reduce((rest, { name }) => rest - day[name], day.received)),
      }].map((set) => ({ ...set, borderRadius: 3, maxBarThickness: 34 })),
    },
    options: {
      interaction: { mode: 'index', intersect: false },
      plugins: { legend: { position: 'bottom', labels: { boxWidth: 12, boxHeight: 12 } } },
      scales: {
        x: { stacked: true, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 12 } },
        y: { stacked: true, beginAtZero: true, ticks: { precision: 0 } },
      },
    },
  }));

const gradeOf = (name, grades) => grades.find((grade) => grade.name === name);
const gradeLabel = (name, grades) => gradeOf(name, grades)?.label ?? NOT_SCORED;

export const gradeShares = (counts, grades) => draw(
  `Grades: ${Object.entries(counts).map(([name, count]) => `${count} ${gradeLabel(name, grades).toLowerCase()}`).join(', ')}`,
  () => ({
    type: 'doughnut',
    data: {
      labels: Object.keys(counts).map((name) => gradeLabel(name, grades)),
      datasets: [{
        data: Object.values(counts), borderColor: colour('card'), borderWidth: 2,
        backgroundColor: Object.keys(counts).map((name) => colour(gradeOf(name, grades) ? name : 'line')),
      }],
    },
    options: { cutout: '68%', plugins: { legend: { position: 'bottom', labels: { boxWidth: 12, boxHeight: 12 } } } },
  }));

export const sourceBars = (sources) => draw(
  `Sources: ${sources.map(({ source, count }) => `${count} from ${source}`).join(', ')}`,
  () => ({
    type: 'bar',
    data: {
      labels: sources.map(({ source }) => source.replaceAll('_', ' ')),
      datasets: [{ data: sources.map(({ count }) => count), backgroundColor: colour('accent'), borderRadius: 3, maxBarThickness: 20 }],
    },
    options: {
      indexAxis: 'y', plugins: { legend: { display: false } },
      scales: { x: { beginAtZero: true, ticks: { precision: 0 } }, y: { grid: { display: false } } },
    },
  }));
