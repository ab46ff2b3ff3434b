/** Kubernetes' rules for names, labels and annotations, as its API server applies them. Each answers what a legal one is, or nothing when it is legal. */

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dnsLabel = new RegExp(`^${label}$`);
const dnsSubdomain = new RegExp(`^${label}(\\.${label})*$`);
const keyName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** The limit on all keys and values of an object's annotations together, in bytes. */
export const annotationsLimit = 256 * 1024;

export function invalidDnsLabel(value: string): string | undefined {
  if (value.length <= 63 && dnsLabel.test(value)) return;
  return 'a DNS label: at most 63 lower-case letters, digits and "-", with a letter or digit at both ends';
}

export function invalidDnsSubdomain(value: string): string | undefined {
  if (value.length <= 253 && dnsSubdomain.test(value)) return;
  return 'a DNS name: at most 253 lower-case letters, digits, "-" and ".", with a letter or digit at both ends of each part';
}

export function invalidLabelKey(key: string): string | undefined {
  const parts = key.split('/');
  const [prefix, name] = parts.length === 1 ? [undefined, parts[0]!] : [parts[0]!, parts[1]!];
  if (parts.length <= 2 && name.length <= 63 && keyName.test(name) && (prefix === undefined || !invalidDnsSubdomain(prefix))) return;
  return 'a key: an optional DNS name and a slash, then at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends';
}

export function invalidLabelValue(value: string): string | undefined {
  if (value === '' || (value.length <= 63 && keyName.test(value))) return;
  return 'a label value: empty, or at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends';
}

/** As a label key, but letters of the prefix may be upper case. */
export function invalidAnnotationKey(key: string): string | undefined {
  return invalidLabelKey(key.toLowerCase());
}
