import { SingleBar } from 'cli-progress'
import { countText, note, type Form } from '../output.ts'

/** Between two lines of progress where there is no terminal to draw on. */
const lineEveryMs = 5_000

/** Tells how far a long work is, on the standard error. */
export interface Progress {
  /** So many more are done. */
  add(count: number): void
  end(): void
}

/** A bar on a terminal, a line now and then elsewhere, nothing beside JSON. `done` of `total` are there already. */
export function openProgress (form: Form, doing: string, unit: string, total: number, done = 0): Progress {
  if (form === 'json') return { add: () => {}, end: () => {} }
  return process.stderr.isTTY ? openBar(doing, unit, total, done) : openLines(doing, unit, total, done)
}

function openBar (doing: string, unit: string, total: number, done: number): Progress {
  const begun = Date.now()
  const bar = new SingleBar({
    format: `${doing} {bar} {percentage} % | {counts} ${unit} | {rate}/s | {left} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: false,
    // Signals are the command's.
    gracefulExit: false
  })
  let at = done
  const words = () => {
    const rate = (at - done) / Math.max(0.001, (Date.now() - begun) / 1000)
    return {
      counts: `${countText(at)} of ${countText(total)}`,
      rate: countText(Math.round(rate)),
      left: rate > 0 ? secondsText((total - at) / rate) : '…'
    }
  }
  bar.start(total, done, words())
  return {
    add (count) {
      at += count
      bar.update(at, words())
    },
    end: () => bar.stop()
  }
}

function openLines (doing: string, unit: string, total: number, done: number): Progress {
  let at = done
  let toldMs = 0
  return {
    add (count) {
      at += count
      if (Date.now() - toldMs < lineEveryMs && at < total) return
      toldMs = Date.now()
      note(`${doing}: ${countText(at)} of ${countText(total)} ${unit}`)
    },
    end: () => {}
  }
}

function secondsText (seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 90 ? `${whole} s` : `${Math.ceil(whole / 60)} min`
}
