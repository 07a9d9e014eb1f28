import {
  BarController,
  BarElement,
  CategoryScale,
  type ChartConfiguration,
  Chart as ChartJs,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { useEffect, useRef, useState } from 'preact/hooks';

ChartJs.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

interface Series {
  readonly label: string;
  /** The name of a colour of the style sheet, like `--good`. */
  readonly colour: string;
  readonly values: readonly number[];
}

interface ChartProps {
  readonly kind: 'bars' | 'lines';
  /** What the picture shows, in a sentence: for those who don't see it. The numbers stand in a table of the page. */
  readonly says: string;
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly unit?: string;
  readonly onPick?: (index: number, series: number) => void;
}

/** Bars one on another, or lines. Follows the colours that are chosen, and keeps its place while it loads. */
export function Chart(props: ChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<ChartJs>(undefined);
  const pick = useRef(props.onPick);
  pick.current = props.onPick;
  const scheme = useScheme();
  const { kind, labels, series, unit } = props;

  useEffect(() => {
    const { type, data, options } = configure({ kind, labels, series, unit }, pick);
    if (canvas.current === null) return;
    if (chart.current === undefined) {
      chart.current = new ChartJs(canvas.current, { type, data, options });
    } else {
      Object.assign(chart.current, { data, options });
      chart.current.update();
    }
  }, [kind, scheme, labels, series, unit]);
  useEffect(
    () => () => {
      // A movement of the mouse waits for the next frame, and would come to a chart that is gone.
      requestAnimationFrame(() => chart.current?.destroy());
    },
    [],
  );

  return (
    <div class="chart">
      <canvas ref={canvas} role="img" aria-label={props.says} />
    </div>
  );
}

function configure(
  { kind, labels, series, unit = '' }: Pick<ChartProps, 'kind' | 'labels' | 'series' | 'unit'>,
  pick: { current: ChartProps['onPick'] },
): ChartConfiguration {
  const soft = colour('--soft');
  const line = colour('--line');
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const stacked = kind === 'bars';
  return {
    type: stacked ? 'bar' : 'line',
    data: {
      labels: [...labels],
      datasets: series.map(({ label, colour: name, values }) => ({
        label,
        data: [...values],
        backgroundColor: colour(name),
        borderColor: colour(name),
        ...(stacked
          ? { stack: 'all', maxBarThickness: 36, borderRadius: 2, borderWidth: 0 }
          : { borderWidth: 2, pointRadius: 0, pointHitRadius: 12, tension: 0.25 }),
      })),
    },
    options: {
      animation: calm ? false : { duration: 200 },
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      font: { family: 'system-ui, sans-serif' },
      onClick: (event, _active, { scales }) => {
        const index = scales.x?.getValueForPixel(event.x ?? 0);
        if (index !== undefined && index >= 0 && index < labels.length) pick.current?.(index, 0);
      },
      onHover: (event) => {
        const target = event.native?.target as HTMLElement | undefined;
        if (target && pick.current) target.style.cursor = 'pointer';
      },
      scales: {
        x: {
          stacked,
          grid: { display: false },
          border: { color: line },
          ticks: { color: soft, maxRotation: 0, autoSkipPadding: 16 },
        },
        y: {
          stacked,
          beginAtZero: true,
          grid: { color: line },
          border: { display: false },
          ticks: { color: soft, maxTicksLimit: 5, callback: (value) => `${value}${unit}` },
        },
      },
      plugins: {
        legend: {
          align: 'end',
          labels: {
            color: colour('--ink'),
            boxWidth: 10,
            boxHeight: 10,
            borderRadius: 5,
            useBorderRadius: true,
          },
        },
        tooltip: {
          backgroundColor: colour('--ink'),
          titleColor: colour('--surface'),
          bodyColor: colour('--surface'),
          callbacks: { label: ({ dataset, parsed }) => ` ${dataset.label}: ${parsed.y}${unit}` },
        },
      },
    },
  };
}

/** What a name of the style sheet comes to, light or dark. */
function colour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Changes whenever light becomes dark, by the system or by the switch. */
function useScheme(): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const again = () => setRound((count) => count + 1);
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', again);
    addEventListener('themechange', again);
    return () => {
      system.removeEventListener('change', again);
      removeEventListener('themechange', again);
    };
  }, []);
  return round;
}
