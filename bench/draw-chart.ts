// Charts as SVG: horizontal bars, stacked where a row has several parts, and lines over steps. Nothing is drawn behind them, and their ink
// follows the reader's light or dark, so that they can be read on either.

export interface Bars {
  readonly title: string
  /** What the numbers are, with their unit. */
  readonly axis: string
  /** The parts of a bar, in the order in which they are stacked. */
  readonly parts: readonly string[]
  /** A row may carry the spread of what was measured, as the lowest and the highest. */
  readonly rows: readonly { readonly label: string, readonly values: readonly number[], readonly spread?: readonly [number, number] }[]
}

export interface Lines {
  readonly title: string
  readonly xAxis: string
  readonly yAxis: string
  readonly scale: 'linear' | 'log'
  /** The steps, equally far apart. */
  readonly steps: readonly string[]
  /** A value for each step; undefined where there is none. */
  readonly lines: readonly { readonly name: string, readonly values: readonly (number | undefined)[] }[]
}

const width = 820
const colours = ['#3b82f6', '#f59e0b', '#10b981', '#a855f7', '#ef4444', '#64748b']
const style = `text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:15px;font-weight:600}.soft{fill:#59636e}
.grid{stroke:#8c959f;stroke-opacity:.35}.mark{stroke:#1f2328}
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.soft{fill:#9198a1}.mark{stroke:#f0f6fc}}`

/** Rows of bars with their values at their ends. */
export function drawBars ({ title, axis, parts, rows }: Bars): string {
  const left = 300
  const right = 90
  const top = 62
  const rowHeight = 28
  const height = top + rows.length * rowHeight + 44
  const most = Math.max(...rows.flatMap(({ values, spread }) => [sum(values), spread?.[1] ?? 0]))
  const ticks = ticksTo(most)
  const x = (value: number): number => left + value / ticks.at(-1)! * (width - left - right)
  const bottom = top + rows.length * rowHeight
  const marks = ticks.map(tick => `<line class="grid" x1="${r(x(tick))}" y1="${top - 6}" x2="${r(x(tick))}" y2="${bottom}"/>` +
    text(x(tick), bottom + 17, show(tick), 'middle', 'soft'))
  const bars = rows.map(({ label, values, spread }, i) => {
    const y = top + i * rowHeight
    let from = 0
    const stacked = values.map((value, part) => {
      const bar = value > 0
        ? `<rect x="${r(x(from))}" y="${y}" width="${r(x(from + value) - x(from))}" height="${rowHeight - 9}" fill="${colourOf(part)}"/>`
        : ''
      from += value
      return bar
    })
    const middle = y + (rowHeight - 9) / 2
    const whisker = spread ? `<line class="mark" x1="${r(x(spread[0]))}" y1="${middle}" x2="${r(x(spread[1]))}" y2="${middle}"/>` : ''
    const end = Math.max(x(from), spread ? x(spread[1]) : 0)
    return `${text(left - 8, middle + 5, label, 'end')}${stacked.join('')}${whisker}${text(end + 6, middle + 5, show(from), 'start')}`
  })
  const named = text((left + width - right) / 2, bottom + 36, axis, 'middle', 'soft')
  return page(height, [heading(title), legend(parts), ...marks, ...bars, named])
}

/** Lines over steps; the names stand above them. */
export function drawLines ({ title, xAxis, yAxis, scale, steps, lines }: Lines): string {
  const left = 84
  const right = 30
  const top = 76
  const height = 380
  const bottom = height - 56
  const all = lines.flatMap(({ values }) => values.filter(value => value !== undefined))
  const ticks = scale === 'log' ? powersAround(Math.min(...all), Math.max(...all)) : ticksTo(Math.max(...all))
  const place = scale === 'log' ? Math.log10 : (value: number) => value
  const [low, high] = [place(ticks[0]!), place(ticks.at(-1)!)]
  const y = (value: number): number => bottom - (place(value) - low) / (high - low) * (bottom - top)
  const x = (step: number): number => left + 40 + step / Math.max(1, steps.length - 1) * (width - left - right - 80)
  const marks = ticks.map(tick => `<line class="grid" x1="${left}" y1="${r(y(tick))}" x2="${width - right}" y2="${r(y(tick))}"/>` +
    text(left - 8, y(tick) + 4, show(tick), 'end', 'soft'))
  const named = steps.map((step, i) => text(x(i), bottom + 20, step, 'middle', 'soft'))
  const drawn = lines.map(({ values }, i) => {
    const points = values.flatMap((value, step) => value === undefined ? [] : [[r(x(step)), r(y(value))]])
    const dots = points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="4" fill="${colourOf(i)}"/>`)
    const path = points.map(point => point.join(',')).join(' ')
    return `<polyline fill="none" stroke="${colourOf(i)}" stroke-width="2.5" points="${path}"/>${dots.join('')}`
  })
  const axes = [text((left + width - right) / 2, height - 12, xAxis, 'middle', 'soft'), text(14, top - 12, yAxis, 'start', 'soft')]
  return page(height, [heading(title), legend(lines.map(({ name }) => name)), ...marks, ...named, ...drawn, ...axes])
}

function page (height: number, inside: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">\n` +
    `<style>${style}</style>\n${inside.filter(part => part !== '').join('\n')}\n</svg>\n`
}

function heading (title: string): string {
  return `<title>${escape(title)}</title>${text(14, 22, title, 'start', 'title')}`
}

/** Names with their colours, when there are several. */
function legend (names: readonly string[]): string {
  if (names.length < 2) return ''
  let at = 14
  return names.map((name, i) => {
    const entry = `<rect x="${at}" y="33" width="11" height="11" fill="${colourOf(i)}"/>${text(at + 16, 43, name, 'start')}`
    at += 34 + name.length * 7.2
    return entry
  }).join('')
}

function text (x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', kind?: 'title' | 'soft'): string {
  return `<text x="${r(x)}" y="${r(y)}" text-anchor="${anchor}"${kind ? ` class="${kind}"` : ''}>${escape(words)}</text>`
}

function colourOf (i: number): string {
  return colours[i % colours.length]!
}

/** Round numbers from 0 to the first that is not less than the most: five steps or so. */
function ticksTo (most: number): number[] {
  const rough = (most > 0 ? most : 1) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map(times => times * power).find(candidate => candidate >= rough)!
  return Array.from({ length: Math.ceil(most / step) + 1 || 2 }, (_, i) => i * step)
}

/** Powers of ten from the one below the least to the one above the most. */
function powersAround (least: number, most: number): number[] {
  const from = Math.floor(Math.log10(least))
  const to = Math.max(from + 1, Math.ceil(Math.log10(most)))
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
}

function show (value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}

function sum (values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

function r (value: number): number {
  return Math.round(value * 10) / 10
}

function escape (words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
