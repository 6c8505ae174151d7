// The passes of purchase links and payments, with their rhythm and their bound.
import type { World } from '../domain/world.ts'
import type { Pass } from './passes.ts'

/** The passes of one world's links and payments. */
export function linkPassesOf (world: World): readonly Pass[] {
  void world
  return []
}
