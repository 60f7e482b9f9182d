package caravana.web.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Serves the OpenAPI document at {@code /api/openapi.yaml}, and as a page of Swagger UI at {@code /api/docs}. */
@Configuration(proxyBeanMethods = false)
class DocumentationPages implements WebMvcConfigurer {

    private static final String FOLDER = "/api/docs/";

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/api/openapi*.yaml").addResourceLocations("classpath:caravana/");
        // Our folder comes first: its initializer names our document instead of the viewer's sample.
        registry.addResourceHandler(FOLDER + "**").addResourceLocations("classpath:caravana/docs/", swaggerUi());
    }

    /** Its folder is named by its version, which its jar contains. */
    private static String swaggerUi() {
        ClassPathResource jar = new ClassPathResource("META-INF/maven/org.webjars/swagger-ui/pom.properties");
        try {
            String version = PropertiesLoaderUtils.loadProperties(jar).getProperty("version");
            return "classpath:META-INF/resources/webjars/swagger-ui/" + version + "/";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addRedirectViewController("/api/docs", FOLDER + "index.html");
        registry.addRedirectViewController(FOLDER, FOLDER + "index.html");
    }
}
