// Small charts, drawn on the server: bars in an SVG that stretches, with the words around it in HTML, which does not.
import { escapeHtml } from '../pages/escape-html.ts'

export interface Bar { readonly says: string, readonly value: number }

export interface Chart {
  readonly title: string
  /** Beside the title: what stands out. */
  readonly note: string
  readonly bars: readonly Bar[]
  readonly from: string
  readonly to: string
  readonly tone: 'visits' | 'sales'
}

const height = 100
const barWidth = 10
const gap = 2

/** A chart of bars over time. */
export function drawBars ({ title, note, bars, from, to, tone }: Chart): string {
  const most = Math.max(1, ...bars.map(({ value }) => value))
  const width = bars.length * barWidth
  const drawn = bars.map(({ says, value }, place) => {
    if (value === 0) return ''
    const tall = Math.max(2, Math.round(value / most * height * 10) / 10)
    const x = place * barWidth + gap / 2
    return `<rect x="${x}" y="${round(height - tall)}" width="${barWidth - gap}" height="${tall}"><title>${escapeHtml(says)}</title></rect>`
  }).join('')
  return `<figure class="chart ${tone}">
<figcaption><span>${escapeHtml(title)}</span> <small>${escapeHtml(note)}</small></figcaption>
<svg class="plot" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(`${title}: ${note}`)}">
<path class="grid" d="M0 .5H${width}M0 ${height / 2}H${width}M0 ${height - 0.5}H${width}" vector-effect="non-scaling-stroke"/>${drawn}</svg>
<div class="axis" aria-hidden="true"><span>${escapeHtml(from)}</span><span>${escapeHtml(to)}</span></div>
</figure>`
}

/** A line that is filled to a part, 0 to 1; what it says stands beside it. */
export function drawShare (share: number, tone: string): string {
  const filled = round(Math.min(1, Math.max(0, share)) * 100)
  return `<svg class="share ${tone}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="whole" width="100" height="6"/>` +
    `<rect class="part" width="${filled}" height="6"/></svg>`
}

function round (value: number): number {
  return Math.round(value * 10) / 10
}
