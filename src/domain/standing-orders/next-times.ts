import type { Reader } from '../../postgres/pool.ts'
import type { Rule, ScheduleRule } from './standing-order.ts'

/**
 * The next times of a rule after a moment, in their order. Times of a schedule are times of day in its zone: the database knows
 * when clocks change there. A time that the clocks skip is taken by the offset before, so it comes as much later; one that comes
 * twice is taken at its second coming.
 */
export async function nextTimes (read: Reader, rule: Rule, after: Date, count: number): Promise<readonly Date[]> {
  if (rule.kind === 'level') {
    return Array.from({ length: count }, (_, i) => new Date(after.getTime() + (i + 1) * rule.check_every_minutes * minuteMs))
  }
  return await scheduledTimes(read, rule, after, count)
}

const minuteMs = 60_000

/** The time of the first run: at once to bring stock to a level, at the next time of a schedule. */
export async function firstTime (read: Reader, rule: Rule, now: Date): Promise<Date> {
  return rule.kind === 'level' ? now : (await nextTimes(read, rule, now, 1))[0]!
}

/** The database's clock. */
export async function clockTime (read: Reader): Promise<Date> {
  const [row] = await read<{ now: Date }[]>`select clock_timestamp() as now`
  return row!.now
}

async function scheduledTimes (read: Reader, rule: ScheduleRule, after: Date, count: number): Promise<readonly Date[]> {
  const { every, at, weekday = null, day = null, time_zone: zone } = rule
  const rows = await read<{ due: Date }[]>`
    with start as (select (${after}::timestamptz at time zone ${zone})::date as today),
    dates as (
      select case ${every}::text
        when 'day' then today + n
        when 'week' then date_trunc('week', today)::date + 7 * n + ${weekday}::int - 1
        else first + least(${day}::int, next_first - first) - 1
      end as date
      from start, generate_series(-1, ${count}::int + 1) as n,
        lateral (select (date_trunc('month', today) + n * interval '1 month')::date as first,
                        (date_trunc('month', today) + (n + 1) * interval '1 month')::date as next_first) as month
    )
    select distinct (date + ${at}::time) at time zone ${zone} as due from dates
    where (date + ${at}::time) at time zone ${zone} > ${after}::timestamptz
    order by due limit ${count}`
  return rows.map(({ due }) => due)
}
