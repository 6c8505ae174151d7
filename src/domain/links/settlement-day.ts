// A day of sales is a day in China, whoever sells and wherever: it begins and ends at midnight there.
import type { Reader } from '../../postgres/pool.ts'

export const settlementTimeZone = 'Asia/Shanghai'
/** A sale's time is that of its transaction's start: a day is over when none of its transactions can still be open. */
export const settlementDelaySeconds = 60

/** The newest midnight before which all days are over, as of a time (left out: as of now). */
export async function settledUntil (read: Reader, now: Date | null): Promise<Date> {
  const [row] = await read<{ midnight: Date }[]>`
    select date_trunc('day', (coalesce(${now}::timestamptz, now()) - make_interval(secs => ${settlementDelaySeconds}::int)) at time zone ${settlementTimeZone})
      at time zone ${settlementTimeZone} as midnight`
  return row!.midnight
}
