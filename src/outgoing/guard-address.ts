// The guard of every connection that leaves for an address someone else chose. It stands inside the connecting itself: a literal is
// checked before, a name is looked up here, once, and the very addresses that were checked are those the socket connects to, so a
// name that means something else a moment later changes nothing. What was not checked is not connected to.
import { Resolver } from 'node:dns/promises'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { buildConnector } from 'undici'
import { isAddress, mayConnect, type CallbackRules } from '../base/callback-url.ts'

export const connectMsMax = 10_000
const resolveMsMax = 2_000
const resolveTriesMax = 2

/** Gives the addresses of a name; rejects when it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>

/** The address was not allowed; the message names none, so that nobody learns of our network by asking. */
export class AddressRefusal extends Error {
  readonly code = 'address_not_allowed'

  constructor () {
    super('the address is not of the public Internet')
    this.name = 'AddressRefusal'
  }
}

export interface Guard {
  readonly rules: CallbackRules
  readonly resolve: Resolve
  /** Certificate authorities to trust instead of the usual ones. */
  readonly authorities?: string | undefined
}

/** Connects to allowed addresses only. */
export function guardedConnector ({ rules, resolve, authorities }: Guard): buildConnector.connector {
  const connectorTo = (protocol: string, port: number) => buildConnector({
    timeout: connectMsMax,
    allowH2: false,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(authorities !== undefined && { ca: authorities }),
    lookup: guardedLookup(resolve, address => mayConnect({ protocol, port, address }, rules))
  })
  // What may be looked up depends on no more than this: https at an allowed port, or else this machine alone.
  const anywhere = connectorTo('https:', rules.ports[0] ?? 0)
  const here = connectorTo('http:', 0)
  return (options, callback) => {
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1')
    const target = { protocol: options.protocol, port: Number(options.port) || (options.protocol === 'https:' ? 443 : 80) }
    // A socket takes for an address what it pleases (zone ids, for one), and then asks no lookup.
    if ((isIP(host) !== 0 || isAddress(host)) && !mayConnect({ ...target, address: host }, rules)) {
      return callback(new AddressRefusal(), null)
    }
    const connect = target.protocol === 'https:' && rules.ports.includes(target.port) ? anywhere : here
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null)
      if (isStrayed(socket, address => mayConnect({ ...target, address }, rules))) {
        socket.destroy()
        return callback(new AddressRefusal(), null)
      }
      callback(null, socket)
    })
  }
}

/** Looks names up by DNS alone, without the thread pool in which others' slow names would stand in the way. */
export function openResolver (servers?: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: resolveMsMax, tries: resolveTriesMax })
  if (servers) resolver.setServers(servers)
  return async name => {
    if (name === 'localhost') return ['127.0.0.1', '::1']
    const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const addresses = [four, six].flatMap(found => found.status === 'fulfilled' ? found.value : [])
    if (addresses.length === 0 && four.status === 'rejected') throw four.reason
    return addresses
  }
}

function guardedLookup (resolve: Resolve, allowed: (address: string) => boolean): LookupFunction {
  return (name, { all }, callback) => {
    resolve(name).then(addresses => {
      const [first, ...others] = addresses.filter(address => allowed(address)).map(address => ({ address, family: isIP(address) }))
      if (!first) callback(new AddressRefusal(), [])
      else if (all) callback(null, [first, ...others])
      else callback(null, first.address, first.family)
    }).catch(error => callback(error as NodeJS.ErrnoException, []))
  }
}

/** Whether a socket ended up elsewhere than it was sent: it never should, and would be a fault of ours. */
function isStrayed (socket: Socket, allowed: (address: string) => boolean): boolean {
  return socket.remoteAddress !== undefined && !allowed(socket.remoteAddress)
}
