'use strict'
// How this project's TypeScript is run: on which Node, with which flags. Written for any Node.
const { existsSync, mkdirSync, accessSync, constants } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')

/**
 * Orders in flight live through a batch: in a larger young space they die before they are moved to the old one, which may then
 * grow slowly. Measured under orders: 265 MB instead of 390, at the same rate.
 */
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=32', '--heap-growing-percent=60']

/** The Node that runs TypeScript: this one, or the Node 24 that npm put in node_modules; undefined when there is none. */
function findNode () {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  const own = join(root, 'node_modules', '.bin', 'node')
  return existsSync(own) ? own : undefined
}

/** The environment with a place for compiled code, so that the next start is quicker; without one where it cannot be written. */
function withCompileCache (environment) {
  if (environment.NODE_COMPILE_CACHE !== undefined || environment.NODE_DISABLE_COMPILE_CACHE !== undefined) return environment
  const folder = join(root, 'node_modules', '.cache', 'kahub')
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return { ...environment, NODE_COMPILE_CACHE: folder }
  } catch {
    return environment
  }
}

module.exports = { root, flags, findNode, withCompileCache }
