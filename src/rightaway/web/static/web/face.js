// What every page does beyond plain HTML; without it each page still works.
import "./copying.js";
