// A session's figures as server-sent events: whole at first, then what differs. Whoever follows the same session is sent the same text,
// which is made once.
import type { SessionReport } from '../../../schema/rest/session-report.ts'
import type { LiveSnapshot } from '../../domain/links/live/live-snapshot.ts'
import { sessionReportView } from './report-view.ts'

export interface LiveFrames {
  /** The whole of a snapshot. */
  whole (snapshot: LiveSnapshot): string
  /** What a snapshot shows otherwise than one before it. */
  difference (before: LiveSnapshot, snapshot: LiveSnapshot): string
}

/** Opens a memory of what was made of snapshots that are still in use. */
export function openLiveFrames (): LiveFrames {
  const views = new WeakMap<LiveSnapshot, SessionReport>()
  const differences = new WeakMap<LiveSnapshot, { readonly before: number, readonly text: string }>()
  const viewOf = (snapshot: LiveSnapshot): SessionReport => {
    const view = views.get(snapshot) ?? sessionReportView(snapshot)
    views.set(snapshot, view)
    return view
  }
  return {
    whole: snapshot => frame('snapshot', snapshot.number, viewOf(snapshot)),
    difference (before, snapshot) {
      const known = differences.get(snapshot)
      if (known?.before === before.number) return known.text
      const text = frame('delta', snapshot.number, differenceOf(viewOf(before), viewOf(snapshot)))
      differences.set(snapshot, { before: before.number, text })
      return text
    }
  }
}

function frame (event: 'snapshot' | 'delta', id: number, data: object): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** The members that differ; of minutes, those that do. */
function differenceOf (before: SessionReport, now: SessionReport): Partial<SessionReport> {
  const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)
  const members = Object.entries(now).filter(([name, value]) => differs(before[name as keyof SessionReport], value))
  const difference = Object.fromEntries(members) as { -readonly [Member in keyof SessionReport]?: SessionReport[Member] }
  if (difference.minutes) {
    const known = new Map(before.minutes.map(minute => [minute.at, minute]))
    difference.minutes = difference.minutes.filter(minute => differs(known.get(minute.at), minute))
  }
  return difference
}
