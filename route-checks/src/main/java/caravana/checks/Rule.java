package caravana.checks;

import java.util.function.Consumer;

/** Looks at all routes, and reports what is wrong by it. */
interface Rule {

    void check(RouteTree tree, Consumer<Finding> report);
}
