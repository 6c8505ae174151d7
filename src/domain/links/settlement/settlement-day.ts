// A day of sales is a day in China, whoever sells and wherever: it begins and ends at midnight there.
import type { Reader } from '../../../postgres/pool.ts'

/** Where days are days. */
export const settlementTimeZone = 'Asia/Shanghai'
/** Times are written before their transaction commits: a day is over when no transaction that wrote one of its times can still be open. */
const settlementDelaySeconds = 60

/** The newest midnight before which all days are over, as of a time (left out: as of now). */
export async function settledUntil (read: Reader, now: Date | null): Promise<Date> {
  const [row] = await read<{ midnight: Date }[]>`
    select date_trunc('day', judged at time zone ${settlementTimeZone}) at time zone ${settlementTimeZone} as midnight
    from (select coalesce(${now}::timestamptz, now()) - make_interval(secs => ${settlementDelaySeconds}::int) as judged) as moment`
  return row!.midnight
}
