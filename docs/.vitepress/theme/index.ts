/** The default theme with the fonts of the reader's machine: nothing is loaded that a page can do without. */
export { default } from 'vitepress/theme-without-fonts'
