package caravana.test;

import org.springframework.core.Ordered;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.support.AbstractTestExecutionListener;

/**
 * Closes a Spring context before a class with another context begins: two webs or workers would do each other's work,
 * on the same database and queue.
 */
public final class OneContextAtATime extends AbstractTestExecutionListener {

    private static TestContext former;

    /** Before any listener that starts a context. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public void beforeTestClass(TestContext test) {
        if (former != null && !contextOf(former).equals(contextOf(test))) {
            former.markApplicationContextDirty(HierarchyMode.EXHAUSTIVE);
        }
        former = test;
    }

    private static String contextOf(TestContext test) {
        return BySharedContext.contextOf(test.getTestClass());
    }
}
