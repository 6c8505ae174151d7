import { reportMinutesMax } from '../../../../schema/rest/session-report.ts'
import type { Uuid } from '../../../base/ids.ts'
import { Problem } from '../../../base/problem.ts'
import type { Db } from '../../../postgres/pool.ts'
import { readViewers, readVisits } from './live-crowd.ts'
import { foldLive } from './live-fold.ts'
import { readMarks } from './live-marks.ts'
import type { LiveSnapshot } from './live-snapshot.ts'
import { noTotals, readTotals } from './live-totals.ts'

/** All that a session came to until now, from its first minute; the refusal `not_found` when it is unknown or another's. */
export async function readSessionReport (db: Db, resellerId: Uuid, id: Uuid): Promise<Omit<LiveSnapshot, 'number'>> {
  const totals = (await readTotals(db, 'session', [id])).get(id) ?? noTotals
  const sold = new Set(totals.skus.map(({ linkId }) => linkId))
  const [{ sessions, links: marks, at }, rows] = await Promise.all([readMarks(db, [id], [...sold]), readVisits(db, [id], [])])
  const session = sessions.get(id)
  if (session?.resellerId !== resellerId) throw new Problem('not_found', 'You have no session with this id.')
  const links = [...marks.values()]
  const viewers = await readViewers(db, links.map(link => link.id))
  const visits = new Map([...Map.groupBy(rows, ({ linkId }) => linkId)].map(([linkId, ofLink]) =>
    [linkId, new Map(ofLink.map(({ minute, visits }) => [minute.getTime(), visits]))]))
  return foldLive({ at, session, links, totals, visits, viewers }, reportMinutesMax)
}
