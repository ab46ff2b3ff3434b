/**
 * Our metrics as text in Prometheus' format, sample by sample: as a client library keeps them, as objects with an index, those of a thousand
 * Processes take twenty megabytes while they are told.
 */
import { isCounter, type Metric, type Sample } from './metric.ts';

/** So long pieces are sent together. */
const pieceLength = 16_384;

/** Reads as it goes; the pieces together are the text. */
export function* exposition<Source>(metrics: readonly Metric<Source>[], source: Source): Generator<string> {
  let piece = '';
  for (const metric of metrics) {
    const { name, help, read } = metric;
    piece += `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${isCounter(metric) ? 'counter' : 'gauge'}\n`;
    for (const sample of read(source)) {
      piece += lineOf(name, sample);
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

/** A hundred thousand of them are made in each scrape of five thousand Processes. */
function lineOf(name: string, { labels, value }: Sample): string {
  let pairs = '';
  for (const label in labels) pairs += `${pairs === '' ? '' : ','}${label}="${quotable(labels[label]!)}"`;
  return pairs === '' ? `${name} ${value}\n` : `${name}{${pairs}} ${value}\n`;
}

/** Hardly any text has something to escape. */
function quotable(text: string): string {
  return /[\\\n"]/.test(text) ? escaped(text).replaceAll('"', '\\"') : text;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
