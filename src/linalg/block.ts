/**
 * How many columns a block should have that is to find `rank` singular triplets beside others that it carries along: they
 * let the wanted ones converge faster. In eights, by which processors compute.
 */
export const blockWidth = (rank: number): number => 8 * Math.ceil((rank + 4) / 8);

/**
 * The same for a block that starts near its goal: its Krylov space, twice as wide, holds enough others. One more than
 * wanted there must be, or the next singular value is told too small, and with it the angle.
 */
export const warmBlockWidth = (rank: number): number => Math.max(8, 4 * Math.ceil((rank + 1) / 4));

/** A full decomposition costs no more than an iteration with blocks of this width. */
export const isSmall = (shape: readonly number[], width: number): boolean => 3 * width > Math.min(...shape);
