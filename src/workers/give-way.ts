// A backlog of callbacks gives way to orders: it is late already, and whoever orders waits. While orders are placed, a worker takes a
// little of what is late, then rests for several times as long as the database took for that little. So where it is crowded, for
// whatever reason, there is more rest, and nothing need be known of how fast the machine is. What is fresh is never rested for.
import type { LateRoom } from '../domain/callbacks/lease-deliveries.ts'

/** Late deliveries that a worker takes before it rests. */
export const lateRoomMax = 100
/** How often it is looked for new orders; and for how long after the last that were seen they are given way. */
export const lookEveryMs = 400
export const givesWayMs = 3_000
/** A rest, in times of what the database took, within limits: with the longest, too, a backlog gets less. */
export const restFactor = 8
export const restMsMin = 20
export const restMsMax = 800
/** Results gather for so long before they are settled together: each time costs the database much the same, however many they are. */
export const gatherMs = 5
export const gatherMsGivingWay = 50
/** After the last late delivery that was taken, for so long it is looked for more after a short rest each. */
export const expectsMoreMs = 200

export interface Pace {
  /** Whether it is time to look for orders. */
  isToLook (nowMs: number): boolean
  /** So many orders were ever written. */
  looked (orders: bigint, nowMs: number): void
  /** How much of what is late may be taken now; undefined if there is nobody to give way to. */
  late (nowMs: number): LateRoom | undefined
  /** For how long results gather now. */
  gatherMs (nowMs: number): number
  /** So many of those that were taken were late, and the database took so long. Gives how long to rest, in milliseconds. */
  took (late: number, ms: number, nowMs: number): number
}

/** Opens the pace of one worker's backlog; times are of a monotonic clock. */
export function openPace (): Pace {
  let orders: bigint | undefined
  let lookedMs = -Infinity
  let orderedMs = -Infinity
  let restedMs = -Infinity
  let lateMs = -Infinity
  const givesWay = (nowMs: number): boolean => nowMs - orderedMs < givesWayMs
  return {
    isToLook: nowMs => nowMs - lookedMs >= lookEveryMs,
    looked (count, nowMs) {
      lookedMs = nowMs
      if (orders !== undefined && count !== orders) orderedMs = nowMs
      orders = count
    },
    late: nowMs => givesWay(nowMs)
      ? { room: nowMs < restedMs ? 0 : lateRoomMax, restMs: Math.ceil(Math.max(restMsMin, restedMs - nowMs)) }
      : undefined,
    gatherMs: nowMs => givesWay(nowMs) ? gatherMsGivingWay : gatherMs,
    took (late, ms, nowMs) {
      if (!givesWay(nowMs)) return 0
      if (late > 0) {
        lateMs = nowMs
        restedMs = nowMs + Math.min(restMsMax, Math.max(restMsMin, ms * restFactor))
      }
      return nowMs - lateMs < restMsMax + expectsMoreMs ? Math.max(restMsMin, restedMs - nowMs) : 0
    }
  }
}
