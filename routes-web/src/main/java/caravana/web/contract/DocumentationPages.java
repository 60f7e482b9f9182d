package caravana.web.contract;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Serves the contract at {@code /api/openapi.yaml}, and for people, by Swagger UI, at {@code /api/docs}. */
@Configuration(proxyBeanMethods = false)
class DocumentationPages implements WebMvcConfigurer {

    private static final String FOLDER = "/api/docs/";

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/api/openapi*.yaml").addResourceLocations("classpath:caravana/");
        // Ours first: its initializer names our document instead of the viewer's sample.
        registry.addResourceHandler(FOLDER + "**")
                .addResourceLocations(
                        "classpath:caravana/docs/", "classpath:META-INF/resources/webjars/swagger-ui/5.34.1/");
    }

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addRedirectViewController("/api/docs", FOLDER + "index.html");
        registry.addRedirectViewController(FOLDER, FOLDER + "index.html");
    }
}
