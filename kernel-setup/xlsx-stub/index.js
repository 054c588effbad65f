'use strict';
// Stands in for the spreadsheet package that danfojs-node asks for: the release in the npm registry has known
// vulnerabilities, and later ones are not in the registry.

const advice = "spreadsheets are not supported here. Use CSV or JSON: danfojs-node's readCSV, readJSON, toCSV and toJSON";

/** @param {string} name */
function refusing(name) {
  return () => {
    throw new Error(`xlsx.${name} was called, but ${advice}.`);
  };
}

// The functions that danfojs-node 1.2.0 calls.
module.exports = {
  read: refusing('read'),
  readFile: refusing('readFile'),
  writeFile: refusing('writeFile'),
  utils: {
    aoa_to_sheet: refusing('utils.aoa_to_sheet'),
    book_append_sheet: refusing('utils.book_append_sheet'),
    book_new: refusing('utils.book_new'),
    sheet_to_json: refusing('utils.sheet_to_json'),
  },
};
