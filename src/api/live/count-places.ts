import { Problem } from '../../base/problem.ts'

export interface PlaceLimits {
  readonly ofOneMax: number
  readonly inAllMax: number
}

export interface Places {
  /** Takes a place for somebody; it is given back by calling what is returned. Refuses one too many. */
  take (whose: string): () => void
}

const whenFull = { retryAfterSeconds: 10 }

/** Counts what is open at one time: of one (an address, a session), and in this process. */
export function countPlaces ({ ofOneMax, inAllMax }: PlaceLimits): Places {
  const ofEach = new Map<string, number>()
  let all = 0
  return {
    take (whose) {
      const count = ofEach.get(whose) ?? 0
      if (count >= ofOneMax) throw new Problem('rate_limited', `There are ${ofOneMax} streams open already, as many as there may be from here.`, whenFull)
      if (all >= inAllMax) throw new Problem('overloaded', 'This server has as many streams open as it may.', whenFull)
      ofEach.set(whose, count + 1)
      all++
      let taken = true
      return () => {
        if (!taken) return
        taken = false
        all--
        const now = ofEach.get(whose)! - 1
        if (now === 0) ofEach.delete(whose)
        else ofEach.set(whose, now)
      }
    }
  }
}
