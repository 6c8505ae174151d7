import type { World } from '../domain/world.ts'
import type { Worlds } from './app-types.ts'

/** The world a key belongs to, by its id alone: an id of no world is looked for, and not found, among the live ones. */
export function worldOf (keyId: string, worlds: Worlds): World {
  return keyId.startsWith('key_test_') ? worlds.test : worlds.live
}
