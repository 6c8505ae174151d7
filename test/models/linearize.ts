// Whether some order of what happened at the same time explains all that was told: a search over the interleavings of a few short
// histories, each step checked against the model (Wing and Gong, 1993). What was over before another began stays before it.
import { isDeepStrictEqual } from 'node:util'

export interface Happened<Act, Told> {
  readonly client: number
  readonly act: Act
  readonly told: Told
  /** When it was sent and when its answer was there, on one clock. */
  readonly from: number
  readonly until: number
}

/** States tried at most; a history that needs more is too long for this. */
export const statesMax = 200_000

export interface Model<State, Act, Told> {
  readonly clone: (state: State) => State
  readonly perform: (state: State, act: Act) => Told
  /** Whether the state is what is seen in the end. */
  readonly accepts: (state: State) => boolean
}

/** An order of the acts that explains what was told and what is seen in the end; undefined when there is none. */
export function linearize<State, Act, Told> (
  start: State, history: readonly Happened<Act, Told>[], model: Model<State, Act, Told>
): readonly Happened<Act, Told>[] | undefined {
  let tried = 0
  return search(start, history, [])

  function search (
    state: State, left: readonly Happened<Act, Told>[], done: readonly Happened<Act, Told>[]
  ): readonly Happened<Act, Told>[] | undefined {
    if (left.length === 0) return model.accepts(state) ? done : undefined
    const endedFirst = Math.min(...left.map(one => one.until))
    for (const next of left) {
      if (next.from > endedFirst) continue
      if (++tried > statesMax) throw new Error(`more than ${statesMax} states: the history is too long to be judged`)
      const after = model.clone(state)
      if (!isDeepStrictEqual(model.perform(after, next.act), next.told)) continue
      const found = search(after, left.filter(one => one !== next), [...done, next])
      if (found) return found
    }
    return undefined
  }
}
