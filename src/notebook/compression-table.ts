import type { CompressionReportJSON, LayerReport } from '../compression';
import { table, type Table, type TableOptions } from './table';

/** A compression's report as a table: a row for each layer and a last one for the model. If a layer is measured on outputs, a column says which. */
export function compressionTable(report: CompressionReportJSON, options: Pick<TableOptions, 'caption' | 'maxRows'> = {}): Table {
  const { layers, ratio, parametersBefore, parametersAfter, multiplyAddsBefore, multiplyAddsAfter } = report;
  const totals = { parametersBefore, parametersAfter, multiplyAddsBefore, multiplyAddsAfter };
  const onWeights = layers.every(({ measuredOn }) => measuredOn === 'weights');
  const shown = columns.filter(({ key }) => key !== 'measuredOn' || !onWeights);
  return table([...layers.map(rowOf), { layer: 'model', rank: `${ratio.toFixed(2)}× smaller`, ...totals }], { ...options, columns: shown });
}

const percent = (value: unknown) => `${(100 * (value as number)).toFixed(2)} %`;

const columns = [
  { key: 'layer', title: 'Layer' },
  { key: 'kind', title: 'Kind' },
  { key: 'kernel', title: 'Kernel' },
  { key: 'rank', title: 'Rank' },
  { key: 'measuredOn', title: 'Measured on' },
  { key: 'energyKept', title: 'Energy kept', format: percent, align: 'right' },
  { key: 'relativeError', title: 'Relative error', decimals: 4 },
  { key: 'parametersBefore', title: 'Parameters before' },
  { key: 'parametersAfter', title: 'Parameters after' },
  { key: 'multiplyAddsBefore', title: 'Multiply-adds before' },
  { key: 'multiplyAddsAfter', title: 'Multiply-adds after' },
] as const;

function rowOf({ name, shape, rank, fullRank, kept, ...others }: LayerReport) {
  return { layer: name, kernel: shape.join(' × '), rank: rank === null ? `whole: ${kept}` : `${rank} of ${fullRank}`, ...others };
}
