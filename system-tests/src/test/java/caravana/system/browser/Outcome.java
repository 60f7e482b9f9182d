package caravana.system.browser;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Skips the tests where there is no browser, and prints in one line how they went. */
final class Outcome implements ExecutionCondition, TestWatcher, AfterAllCallback {

    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String missing = Chromium.missing();
        if (missing == null) {
            return ConditionEvaluationResult.enabled("there is a browser");
        }
        System.out.println("RESULT name=browser verdict=skipped reason=\"" + missing + "\"");
        return ConditionEvaluationResult.disabled(missing);
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        passed.incrementAndGet();
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        failed.incrementAndGet();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        boolean pass = failed.get() == 0
                && passed.get() > 0
                && context.getExecutionException().isEmpty();
        System.out.printf(
                "RESULT name=browser value=%d unit=failures-of-%d target=0 verdict=%s%n",
                failed.get(), passed.get() + failed.get(), pass ? "pass" : "fail");
    }
}
