/** `x-request-id`: a UUID of version 4. Envoy draws it at random; here it is a hash of who asks whom for what. */
import { hex, sha256 } from '../../base/sha256.ts';

export function requestId(text: string): string {
  const digits = hex(sha256(text));
  const variant = '89ab'.charAt(Number.parseInt(digits.charAt(16), 16) % 4);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
