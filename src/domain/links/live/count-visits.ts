// Who looks at links: views of their pages, and pages that are open. Both are counted in memory, where a view costs nothing, and written
// once a second, as one statement each, whatever their number. A process that is killed loses a second of views; of what is open it
// says how many at least every few seconds, so that what it said is known to be old when it says it no more.
import { newId, type Uuid } from '../../../base/ids.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Db } from '../../../postgres/pool.ts'

/** Links whose views are counted between two writings; a view of one more is not counted. */
const countedLinksMax = 10_000
const flushEveryMs = 1_000
/** How often it is said anew that as many pages are open as before. */
const sayEveryFlushes = 4
/** What a process said so long ago counts no more. */
export const viewersStaleSeconds = 10

export interface Visits {
  /** Counts a view of a link's page. It is an addition in memory: call it for pages from a cache too, and not for bots (`isBot`). */
  countVisit (linkId: Uuid): void
  /** Counts a page of a link that is open, until what it gives is called. */
  countViewer (linkId: Uuid): () => void
  /** Writes what was counted now, instead of within a second. */
  flush (): Promise<void>
  /** Writes what was counted, says that nothing is open any more, and ends. */
  close (): Promise<void>
}

/** Opens the counting of one process in one world. It writes nothing while nothing is counted. */
export function openVisits (db: Db): Visits {
  const process = newId()
  let visits = new Map<Uuid, number>()
  const open = new Map<Uuid, number>()
  /** What was said last of each link, and how many flushes ago. */
  const said = new Map<Uuid, { viewers: number, flushes: number }>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let closed = false

  return {
    countVisit (linkId) {
      const count = visits.get(linkId)
      if (count === undefined && visits.size >= countedLinksMax) return
      visits.set(linkId, (count ?? 0) + 1)
      schedule()
    },
    countViewer (linkId) {
      add(linkId, 1)
      let here = true
      return () => {
        if (here) add(linkId, -1)
        here = false
      }
    },
    flush: () => turn(),
    async close () {
      closed = true
      clearTimeout(timer)
      open.clear()
      await turn().catch(() => {})
    }
  }

  function add (linkId: Uuid, count: number): void {
    const now = (open.get(linkId) ?? 0) + count
    if (now > 0) open.set(linkId, now)
    else open.delete(linkId)
    schedule()
  }

  function schedule (): void {
    if (timer !== undefined || closed) return
    timer = setTimeout(() => {
      timer = undefined
      // What cannot be written now is kept, and written with the next.
      turn().catch(() => {}).finally(() => { if (visits.size > 0 || open.size > 0 || said.size > 0) schedule() })
    }, flushEveryMs)
    timer.unref()
  }

  function turn (): Promise<void> {
    writing = writing.catch(() => {}).then(write)
    return writing
  }

  async function write (): Promise<void> {
    if (visits.size > 0) {
      const counted = visits
      visits = new Map()
      await writeVisits(db, counted).catch(error => {
        for (const [linkId, count] of counted) visits.set(linkId, (visits.get(linkId) ?? 0) + count)
        throw error
      })
    }
    const saying = viewersToSay()
    if (saying.size === 0) return
    await writeViewers(db, process, saying)
    for (const [linkId, viewers] of saying) {
      if (viewers === 0) said.delete(linkId)
      else said.set(linkId, { viewers, flushes: 0 })
    }
  }

  function viewersToSay (): ReadonlyMap<Uuid, number> {
    const saying = new Map<Uuid, number>()
    for (const last of said.values()) last.flushes++
    for (const [linkId, viewers] of open) {
      const last = said.get(linkId)
      if (last?.viewers !== viewers || last.flushes >= sayEveryFlushes) saying.set(linkId, viewers)
    }
    for (const linkId of said.keys()) if (!open.has(linkId)) saying.set(linkId, 0)
    return saying
  }
}

/** Takes away what processes said that say nothing any more. */
export async function purgeViewers (db: Db, limit: number): Promise<number> {
  const gone = await db`
    delete from link_viewers where ctid = any(array(
      select ctid from link_viewers where at < now() - ${viewersStaleSeconds} * interval '1 second' limit ${limit}))`
  return gone.count
}

/** Whether who asks says that it is a machine: a crawler, or what makes previews of addresses in chats. Its view is no visit. */
export function isBot (userAgent: string | undefined): boolean {
  return userAgent === undefined || userAgent === '' || botPattern.test(userAgent)
}

const bots = ['bot\\b', 'crawl', 'spider', 'slurp', 'preview', 'facebookexternalhit', 'whatsapp', 'headless']
const programs = ['curl/', 'wget/', 'python-', 'go-http', 'java/', 'okhttp', 'axios', 'node']
const botPattern = new RegExp([...bots, ...programs].join('|'), 'i')

async function writeVisits (db: Db, counted: ReadonlyMap<Uuid, number>): Promise<void> {
  // In one order everywhere: two processes write the same rows. What is no link any more, or never was, is not in the answer of the join.
  const linkIds = [...counted.keys()].sort()
  await db`
    insert into link_visits (link_id, minute, session_id, visits)
    select links.id, date_trunc('minute', now()), links.session_id, counted.visits
    from unnest(${bareArray(linkIds)}::uuid[], ${bareArray(linkIds.map(id => counted.get(id)!))}::int[]) as counted (link_id, visits)
      join links on links.id = counted.link_id
    order by links.id
    on conflict (link_id, minute) do update set visits = link_visits.visits + excluded.visits`
}

async function writeViewers (db: Db, process: Uuid, saying: ReadonlyMap<Uuid, number>): Promise<void> {
  const linkIds = [...saying.keys()].sort()
  await db`
    insert into link_viewers (link_id, process, viewers)
    select said.link_id, ${process}, said.viewers
    from unnest(${bareArray(linkIds)}::uuid[], ${bareArray(linkIds.map(id => saying.get(id)!))}::int[]) as said (link_id, viewers)
    on conflict (link_id, process) do update set viewers = excluded.viewers, at = now()`
}
