/** The little of the browser's interfaces that static rendering touches; the compiler's own would make them all global. */
export interface SvgElement {
  readonly localName: string;
  readonly nodeType: number;
  readonly textContent: string | null;
  readonly childNodes: Iterable<SvgElement>;
  readonly parentNode: SvgElement | null;
  readonly style?: { getPropertyValue(name: string): string };
  getAttribute(name: string): string | null;
}

export interface CanvasElement {
  readonly width: number;
  readonly height: number;
}

export interface BrowserWindow {
  readonly document: unknown;
  readonly HTMLCanvasElement: { readonly prototype: object };
  readonly SVGElement: { readonly prototype: object };
  readonly URL: object;
  Plotly?: PlotlyModule;
  eval(source: string): unknown;
}

export interface PlotlyModule {
  readonly version: string;
  toImage(
    figure: { readonly data: unknown; readonly layout: unknown; readonly config?: unknown },
    options: { readonly format: 'svg'; readonly width: number; readonly height: number },
  ): Promise<string>;
}
