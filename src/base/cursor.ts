// A cursor is a place in one list: opaque, signed, and bound to the list's name and filters, so that it cannot be made up
// or carried over to another list.
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { Problem } from './problem.ts'

export type CursorPlace = readonly (string | number)[]

const macBytes = 12
export const cursorLengthMax = 512

export interface Cursors {
  /** The cursor for a place in the list; `list` names it with everything that filters it. */
  show (list: string, place: CursorPlace): string
  /** The place behind a cursor; a Problem `cursor_invalid` when it was not made for this list. */
  read (list: string, cursor: string): CursorPlace
}

/** Cursors signed with one key. */
export function cursorsWith (key: KeyObject): Cursors {
  const mac = (list: string, body: string) => createHmac('sha256', key).update(list).update('\n').update(body).digest().subarray(0, macBytes)
  return {
    show (list, place) {
      const body = Buffer.from(JSON.stringify(place)).toString('base64url')
      return `${body}.${mac(list, body).toString('base64url')}`
    },
    read (list, cursor) {
      const [body = '', tag = ''] = cursor.slice(0, cursorLengthMax).split('.')
      const given = Buffer.from(tag, 'base64url')
      if (given.byteLength !== macBytes || !timingSafeEqual(given, mac(list, body))) {
        throw new Problem('cursor_invalid', 'Send next_cursor of this very list, with the same filters, or leave the cursor out to start anew.')
      }
      return JSON.parse(Buffer.from(body, 'base64url').toString())
    }
  }
}
