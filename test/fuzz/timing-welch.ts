/** What is slower than this part of all samples is the machine's doing: interrupts, collections of garbage, neighbours. */
const keptPercentile = 0.9

/** Welch's t between two classes of times, both cut at the same time: that below which nine tenths of all of them lie. */
export function welch (one: readonly number[], other: readonly number[]): number {
  const cut = percentile([...one, ...other], keptPercentile)
  const [a, b] = [one.filter(time => time <= cut), other.filter(time => time <= cut)]
  const [meanA, meanB] = [mean(a), mean(b)]
  return (meanA - meanB) / Math.sqrt(variance(a, meanA) / a.length + variance(b, meanB) / b.length)
}

function percentile (times: number[], part: number): number {
  times.sort((a, b) => a - b)
  return times[Math.floor((times.length - 1) * part)]!
}

function mean (times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length
}

function variance (times: readonly number[], around: number): number {
  return times.reduce((sum, time) => sum + (time - around) ** 2, 0) / (times.length - 1)
}
