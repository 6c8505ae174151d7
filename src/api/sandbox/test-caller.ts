import type { FastifyRequest } from 'fastify'
import { Problem } from '../../base/problem.ts'
import type { ApiKey, KeyHolder } from '../../domain/resellers/keyring.ts'
import type { World } from '../../domain/world.ts'
import type { Caller } from '../app-types.ts'

/** A reseller with a test key: what the sandbox is for. */
export interface TestCaller extends Caller {
  readonly world: World & { readonly name: 'test' }
  readonly key: ApiKey & { readonly reseller: KeyHolder }
}

/** Whether a caller is a reseller in the test world. */
export function isTest (caller: Caller): caller is TestCaller {
  return caller.world.name === 'test' && caller.key.reseller !== null
}

/** The caller, if it may use the sandbox’s levers; throws `sandbox_only`. */
export function testCallerOf ({ caller }: FastifyRequest): TestCaller {
  if (isTest(caller)) return caller
  throw new Problem('sandbox_only', 'Sign with a reseller’s test key (key_test_…): this address moves play money and play stock.')
}
