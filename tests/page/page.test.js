// All tests of the page, one after the other, in one browser.
import "./orders.test.js";
import "./commands.test.js";
import "./outcomes.test.js";
import "./time_travel.test.js";
import "./shop.test.js";
import "./read_models.test.js";
import "./dead_letters.test.js";
import "./streams.test.js";
import "./node.test.js";
import "./live.test.js";
import "./hostile.test.js";
import "./comfort.test.js";
import "./access.test.js";
