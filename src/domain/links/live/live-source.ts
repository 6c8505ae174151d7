// The source behind all live views of a process and a world: the host's page, the overlay, REST's stream, the counters of buyers' pages.
// What is followed is looked at together, several times a second, in a fixed number of statements, however many follow; nothing is asked
// while nobody does. A look reads small rows by key. Only where they show that sales changed are the sales counted anew, and only what
// differs from before is told. Who is slow gets the newest of what it missed.
import type { Clock } from '../../../base/clock.ts'
import type { Uuid } from '../../../base/ids.ts'
import { Problem } from '../../../base/problem.ts'
import type { Db } from '../../../postgres/pool.ts'
import { openVisits, type Visits } from './count-visits.ts'
import { readRecentVisits, readViewers, readVisits, type VisitRow } from './live-crowd.ts'
import { foldLive } from './live-fold.ts'
import { readMarks, type LinkMark, type Marks } from './live-marks.ts'
import { liveMinutesMax, type LeftSnapshot, type LiveSnapshot } from './live-snapshot.ts'
import { noTotals, readTotals, type Totals, type TotalsOf } from './live-totals.ts'

/** Between two looks; with the look itself, whoever follows is told within 250 ms. */
const livePollMs = 150
/** Views are written down once a second, and read as often. */
const looksPerCrowd = 6
/** So many looks apart sales are counted anew, whether a mark has changed or not: a link may have gone to another session. */
const looksPerCount = 14
/** A look that took long is followed by a pause so many times as long: live views never take more than a part of the database. */
const pausePerWork = 3
const pauseMsMax = 2_000
/** Live views that one process shows. */
const followersPerProcessMax = 10_000
const minuteMs = 60_000

export interface LiveSource extends Omit<Visits, 'close'> {
  /** A session's figures, whole, at once and whenever they change. Ends with the signal or the source, or when there is no such session. */
  followSession (id: Uuid, signal: AbortSignal): AsyncGenerator<LiveSnapshot, void, undefined>
  /** The same of one link. */
  followLink (id: Uuid, signal: AbortSignal): AsyncGenerator<LiveSnapshot, void, undefined>
  /** The state of a link and what is left: less to read, and it is told of nothing else. */
  followLeft (linkId: Uuid, signal: AbortSignal): AsyncGenerator<LeftSnapshot, void, undefined>
  /** Ends every follower. */
  close (): Promise<void>
}

/** What is followed, by all who follow it. */
interface Subject<Shown> {
  readonly id: Uuid
  readonly followers: Set<() => void>
  current: Shown | undefined
  /** There is none. */
  gone: boolean
}

interface Full extends Subject<LiveSnapshot> {
  readonly of: TotalsOf
  /** What its current snapshot was made of. */
  links: readonly LinkMark[]
  totals: Totals
  /** The marks its totals were read under, and when. */
  totalsMark: string | undefined
  countedAt: number
  /** Views by link and minute; undefined before they were read for the first time. */
  visits: Map<Uuid, Map<number, number>> | undefined
  viewers: ReadonlyMap<Uuid, number>
  linksKey: string
  /** Whether something was read since that may be another than what is shown, which `shown` then decides. */
  changed: boolean
  shown: string
}

/** Opens the source of one world; refuses with `overloaded` whoever is one follower too many. */
export function openLiveSource (db: Db, clock: Clock): LiveSource {
  const { close: closeVisits, ...counting } = openVisits(db)
  const closing = new AbortController()
  const full: Readonly<Record<TotalsOf, Map<Uuid, Full>>> = { session: new Map(), link: new Map() }
  const lefts = new Map<Uuid, Subject<LeftSnapshot>>()
  const count = { followers: 0 }
  let looking: Promise<void> | undefined
  let lookNow: (() => void) | undefined
  let looks = 0

  return {
    ...counting,
    followSession: (id, signal) => follow(full.session, id, () => newFull('session', id), signal),
    followLink: (id, signal) => follow(full.link, id, () => newFull('link', id), signal),
    followLeft: (id, signal) => follow(lefts, id, () => newSubject<LeftSnapshot>(id), signal),
    async close () {
      closing.abort()
      lookNow?.()
      await looking
      await closeVisits()
    }
  }

  function follow<Shown, S extends Subject<Shown>> (
    subjects: Map<Uuid, S>, id: Uuid, make: () => S, signal: AbortSignal
  ): AsyncGenerator<Shown, void, undefined> {
    if (count.followers >= followersPerProcessMax || closing.signal.aborted) {
      throw new Problem('overloaded', 'This server shows as many live views as it may.', { retryAfterSeconds: 10 })
    }
    count.followers++
    const subject = subjects.get(id) ?? make()
    subjects.set(id, subject)
    let wake = (): void => {}
    const told = (): void => wake()
    subject.followers.add(told)
    const ended = AbortSignal.any([signal, closing.signal])
    const leave = (): void => {
      told()
      if (!subject.followers.delete(told)) return
      count.followers--
      if (subject.followers.size === 0 && subjects.get(id) === subject) subjects.delete(id)
    }
    // Also of a follower that is never iterated.
    if (ended.aborted) leave()
    else ended.addEventListener('abort', leave, { once: true })
    // Who is first waits for no pause to end.
    if (subject.current === undefined) lookNow?.()
    looking ??= keepLooking()

    return (async function * () {
      let last: Shown | undefined
      try {
        while (!ended.aborted && !subject.gone) {
          if (subject.current !== undefined && subject.current !== last) {
            last = subject.current
            yield last
          } else {
            await new Promise<void>(resolve => { wake = resolve })
          }
        }
      } finally {
        ended.removeEventListener('abort', leave)
        leave()
      }
    })()
  }

  async function keepLooking (): Promise<void> {
    while (count.followers > 0 && !closing.signal.aborted) {
      const startedMs = clock()
      // A look that fails is followed by the next; what was shown stands until then.
      const looked = await look().then(() => true, () => false)
      const waitsForFirst = looked && [...full.session.values(), ...full.link.values(), ...lefts.values()].some(isWaiting)
      if (!waitsForFirst) await pauseFor(Math.min(pauseMsMax, Math.max(livePollMs, (clock() - startedMs) * pausePerWork)))
    }
    looking = undefined
  }

  /** Waits; until somebody comes who has nothing to be shown yet, at most. */
  function pauseFor (ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      lookNow = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function look (): Promise<void> {
    looks++
    const subjects = [...full.session.values(), ...full.link.values()]
    const elsewhere = subjects.flatMap(({ totals }) => totals.skus.map(({ linkId }) => linkId))
    const marks = await readMarks(db, [...full.session.keys()], [...new Set([...full.link.keys(), ...lefts.keys(), ...elsewhere])])
    for (const subject of lefts.values()) showLeft(subject, marks.links.get(subject.id))
    if (subjects.length === 0) return
    for (const subject of subjects) {
      subject.links = linksOf(subject, marks)
      const key = JSON.stringify([minuteOf(marks.at), marks.sessions.get(subject.id), subject.links])
      subject.changed ||= key !== subject.linksKey
      subject.linksKey = key
    }
    await Promise.all([countSales('session'), countSales('link'), readCrowd(subjects)])
    for (const subject of subjects) if (subject.changed) showFull(subject, marks)
  }

  function showLeft (subject: Subject<LeftSnapshot>, mark: LinkMark | undefined): void {
    if (!mark) return end(subject)
    const { state, left, skus } = mark
    const next = { state, left, skus: skus.map(({ skuId, left }) => ({ skuId, left })) }
    if (subject.current === undefined || JSON.stringify(subject.current) !== JSON.stringify(next)) show(subject, next)
  }

  async function countSales (of: TotalsOf): Promise<void> {
    const isDue = (subject: Full) => subject.totalsMark !== marksOf(subject) || looks - subject.countedAt >= looksPerCount
    const changed = [...full[of].values()].filter(isDue)
    if (changed.length === 0) return
    // Under the marks that were read before: what happens in between has other marks, and is counted at the next look.
    const under = new Map(changed.map(subject => [subject, marksOf(subject)]))
    const totals = await readTotals(db, of, changed.map(({ id }) => id))
    for (const [subject, mark] of under) {
      subject.totals = totals.get(subject.id) ?? noTotals
      subject.totalsMark = mark
      subject.countedAt = looks
      subject.changed = true
    }
  }

  async function readCrowd (subjects: readonly Full[]): Promise<void> {
    const fresh = subjects.filter(({ visits }) => visits === undefined)
    const due = looks % looksPerCrowd === 0 ? subjects : fresh
    if (due.length === 0) return
    const known = due.filter(({ visits }) => visits !== undefined)
    const idsOf = (of: TotalsOf, among: readonly Full[]) => among.filter(subject => subject.of === of).map(({ id }) => id)
    const [all, recent, viewers] = await Promise.all([
      fresh.length === 0 ? [] : readVisits(db, idsOf('session', fresh), idsOf('link', fresh)),
      known.length === 0 ? [] : readRecentVisits(db, idsOf('session', known), idsOf('link', known)),
      readViewers(db, [...new Set(due.flatMap(({ links }) => links.map(({ id }) => id)))])
    ])
    addVisits(fresh, all)
    addVisits(known, recent)
    for (const subject of due) {
      subject.viewers = viewers
      subject.changed = true
    }
  }
}

function newSubject<Shown> (id: Uuid): Subject<Shown> {
  return { id, followers: new Set(), current: undefined, gone: false }
}

function newFull (of: TotalsOf, id: Uuid): Full {
  return {
    ...newSubject<LiveSnapshot>(id),
    of,
    links: [],
    totals: noTotals,
    totalsMark: undefined,
    countedAt: 0,
    visits: undefined,
    viewers: new Map(),
    linksKey: '',
    changed: true,
    shown: ''
  }
}

function isWaiting ({ current, gone }: Subject<unknown>): boolean {
  return current === undefined && !gone
}

/** Charts go on with the minute, also when nothing happens. */
function minuteOf (at: Date): number {
  return Math.floor(at.getTime() / minuteMs)
}

/** The links of a subject: of a session those in it, and those in it once whose sales are counted here. */
function linksOf ({ of, id, totals }: Full, { links }: Marks): readonly LinkMark[] {
  if (of === 'link') return [links.get(id)].filter(link => link !== undefined)
  const sold = new Set(totals.skus.map(({ linkId }) => linkId))
  return [...links.values()].filter(link => link.sessionId === id || sold.has(link.id))
}

function marksOf ({ links }: Full): string {
  return links.map(({ id, sales }) => `${id} ${sales}`).join()
}

function addVisits (subjects: readonly Full[], rows: readonly VisitRow[]): void {
  const ofSession = Map.groupBy(rows, ({ sessionId }) => sessionId)
  const ofLink = Map.groupBy(rows, ({ linkId }) => linkId)
  for (const subject of subjects) {
    const counts = subject.visits ??= new Map()
    for (const { linkId, minute, visits } of (subject.of === 'session' ? ofSession : ofLink).get(subject.id) ?? []) {
      const minutes = counts.get(linkId) ?? new Map<number, number>()
      counts.set(linkId, minutes.set(minute.getTime(), visits))
    }
  }
}

function showFull (subject: Full, { sessions, links, at }: Marks): void {
  const session = subject.of === 'session' ? sessions.get(subject.id) : null
  if (session === undefined || (subject.of === 'link' && !links.has(subject.id))) return end(subject)
  subject.changed = false
  const { totals, visits = new Map(), viewers } = subject
  const next = foldLive({ at, session, links: subject.links, totals, visits, viewers }, liveMinutesMax)
  const shown = JSON.stringify({ ...next, at: minuteOf(at) }, (_, value) => typeof value === 'bigint' ? String(value) : value)
  if (shown === subject.shown) return
  subject.shown = shown
  show(subject, { ...next, number: (subject.current?.number ?? 0) + 1 })
}

function show<Shown> (subject: Subject<Shown>, next: Shown): void {
  subject.current = next
  for (const wake of [...subject.followers]) wake()
}

function end<Shown> (subject: Subject<Shown>): void {
  subject.gone = true
  for (const wake of [...subject.followers]) wake()
}
