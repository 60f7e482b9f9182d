package caravana.checks;

import java.util.function.Consumer;

/** A rule that checks all routes together. */
interface Rule {

    void check(RouteTree tree, Consumer<Finding> report);
}
