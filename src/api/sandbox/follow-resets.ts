import { readHolder } from '../../domain/sandbox/read-holder.ts'
import type { App, Caller } from '../app-types.ts'
import { isTest, type TestCaller } from './test-caller.ts'

/**
 * A reset gives a key another reseller, and a keyring may be a second old: what changes something here is never done for the
 * reseller before, which is closed. Register it after authenticate.
 */
export function followResets (app: App): void {
  app.addHook('preHandler', (request, _, done) => {
    // Public routes have no caller.
    const caller = request.caller as Caller | undefined
    if (!caller || !isTest(caller) || request.method === 'GET') return done()
    withHolderNow(caller).then(present => {
      request.caller = present
      done()
    }, done)
  })
}

async function withHolderNow (caller: TestCaller): Promise<Caller> {
  const { world, key } = caller
  if (await readHolder(world, key.id) === key.reseller.id) return caller
  await world.refresh()
  const present = world.keyring.current.find(key.id)
  return present ? { ...caller, key: { ...key, reseller: present.reseller } } : caller
}
